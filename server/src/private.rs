//! Files that hold people's lives and the server's key: nobody else on the machine reads them.

use std::fs::{OpenOptions, Permissions};
use std::io;
use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
use std::path::Path;

const OWNER_ONLY: u32 = 0o600;

/// Makes the file if it is not there, and takes it from everybody but its owner. What SQLite makes beside it
/// gets the same rights.
pub fn file(path: &Path) -> io::Result<()> {
    let file = OpenOptions::new().write(true).create(true).truncate(false).mode(OWNER_ONLY).open(path)?;
    let mode = file.metadata()?.permissions().mode();
    if mode & 0o077 != 0 {
        file.set_permissions(Permissions::from_mode(mode & 0o700))?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_new_file_is_the_owners_and_an_open_one_is_closed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log.db");
        let mode = || std::fs::metadata(&path).unwrap().permissions().mode() & 0o777;
        file(&path).unwrap();
        assert_eq!(mode(), 0o600);
        std::fs::write(&path, "kept").unwrap();
        std::fs::set_permissions(&path, Permissions::from_mode(0o644)).unwrap();
        file(&path).unwrap();
        assert_eq!((mode(), std::fs::read(&path).unwrap()), (0o600, b"kept".to_vec()));
    }
}
