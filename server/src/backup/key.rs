//! Keys for backups: the public half stays with the server, the secret half anywhere else.

use std::io::Write;
use std::path::Path;

use age::secrecy::ExposeSecret;
use age::x25519::{Identity, Recipient};

use super::BackupError;
use super::error::at;
use crate::private;

/// Makes a key, writes its secret half to a new file and gives the public one.
pub fn make_key(out: &Path) -> Result<String, BackupError> {
    if out.exists() {
        return Err(BackupError::Occupied(out.to_owned()));
    }
    private::file(out).map_err(at(out))?;
    let identity = Identity::generate();
    let public = identity.to_public().to_string();
    let mut file = std::fs::OpenOptions::new().write(true).open(out).map_err(at(out))?;
    let text = format!(
        "# Footpath backup key. Whoever has this file can read every backup made for\n\
         # public key: {public}\n{}\n",
        identity.to_string().expose_secret()
    );
    file.write_all(text.as_bytes()).map_err(at(out))?;
    file.sync_all().map_err(at(out))?;
    Ok(public)
}

/// Reads a public half: `age1…`.
pub fn recipient(text: &str) -> Result<Recipient, BackupError> {
    text.trim().parse().map_err(|why| BackupError::Key(format!("not a public key for backups: {why}")))
}

/// Reads the secret halves in a file: one a line, `#` before remarks, as `age-keygen` writes them too.
pub(super) fn identities(file: &Path) -> Result<Vec<Identity>, BackupError> {
    let text = std::fs::read_to_string(file).map_err(at(file))?;
    let lines = text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with('#'));
    let found: Vec<Identity> = lines
        .map(|line| line.parse().map_err(|why| BackupError::Key(format!("{}: {why}", file.display()))))
        .collect::<Result<_, _>>()?;
    if found.is_empty() {
        return Err(BackupError::Key(format!("{}: there is no secret key in it", file.display())));
    }
    Ok(found)
}
