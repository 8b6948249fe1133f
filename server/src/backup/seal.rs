//! A file into an encrypted one and back, piece by piece: neither is ever in memory as a whole.

use std::fs::{File, OpenOptions};
use std::io::{self, BufReader, BufWriter, Read, Write};
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use age::{Decryptor, Encryptor, Identity, Recipient};
use flate2::Compression;
use flate2::read::MultiGzDecoder;
use flate2::write::GzEncoder;

use super::error::at;
use super::{BackupError, scratch};

const PIECE: usize = 64 * 1024;

/// Encrypts `from` into `out`, which appears under its name when it is whole and on the disk. Gives its length.
pub fn seal(from: &Path, recipients: &[age::x25519::Recipient], out: &Path) -> Result<u64, BackupError> {
    if out.exists() {
        return Err(BackupError::Occupied(out.to_owned()));
    }
    let unfinished = scratch::unfinished(out);
    let written = write(from, recipients, &unfinished);
    let written = written.and_then(|sum| check(&unfinished, sum));
    let put = written.and_then(|length| {
        std::fs::rename(&unfinished, out).map_err(at(out))?;
        sync_folder_of(out)?;
        Ok(length)
    });
    if put.is_err() {
        let _ = std::fs::remove_file(&unfinished);
    }
    put
}

/// Decrypts `from` into the new file `to`. An error says that not all of it is what was sealed.
pub fn unseal(from: &Path, identities: &[age::x25519::Identity], to: &Path) -> Result<(), BackupError> {
    let file = BufReader::with_capacity(PIECE, File::open(from).map_err(at(from))?);
    let decryptor = Decryptor::new_buffered(file).map_err(|why| odd(from, &why))?;
    let identities = identities.iter().map(|identity| identity as &dyn Identity);
    let plain = decryptor.decrypt(identities).map_err(|why| odd(from, &why))?;
    let mut plain = MultiGzDecoder::new(BufReader::with_capacity(PIECE, plain));
    let mut file = new_file(to)?;
    let mut piece = vec![0; PIECE];
    loop {
        let length = plain.read(&mut piece).map_err(at(from))?;
        let Some(read) = piece.get(..length).filter(|read| !read.is_empty()) else { break };
        file.write_all(read).map_err(at(to))?;
    }
    file.sync_all().map_err(at(to))
}

/// What went to the disk: to be held against what comes back from it.
#[derive(PartialEq)]
struct Sum {
    length: u64,
    crc: u32,
}

fn write(from: &Path, recipients: &[age::x25519::Recipient], to: &Path) -> Result<Sum, BackupError> {
    let recipients = recipients.iter().map(|recipient| recipient as &dyn Recipient);
    let encryptor = Encryptor::with_recipients(recipients).map_err(|why| odd(to, &why))?;
    let mut plain = File::open(from).map_err(at(from))?;
    let file = Summing { inner: new_file(to)?, crc: flate2::Crc::new() };
    let sealed = encryptor.wrap_output(BufWriter::with_capacity(PIECE, file)).map_err(at(to))?;
    let mut packed = GzEncoder::new(sealed, Compression::default());
    io::copy(&mut plain, &mut packed).map_err(at(to))?;
    let buffered = packed.finish().and_then(age::stream::StreamWriter::finish).map_err(at(to))?;
    let file = buffered.into_inner().map_err(|error| at(to)(error.into_error()))?;
    file.inner.sync_all().map_err(at(to))?;
    let length = file.inner.metadata().map_err(at(to))?.len();
    Ok(Sum { length, crc: file.crc.sum() })
}

/// Reads the file back. Whether it can be decrypted is for the holder of the other half of the key to see.
fn check(path: &Path, written: Sum) -> Result<u64, BackupError> {
    let mut file = File::open(path).map_err(at(path))?;
    // From the disk, not from what the system remembers of it.
    let _ = rustix::fs::fadvise(&file, 0, None, rustix::fs::Advice::DontNeed);
    let (mut crc, mut length, mut piece) = (flate2::Crc::new(), 0, vec![0; PIECE]);
    loop {
        let read = file.read(&mut piece).map_err(at(path))?;
        let Some(read) = piece.get(..read).filter(|read| !read.is_empty()) else { break };
        crc.update(read);
        length += read.len() as u64;
    }
    let back = Sum { length, crc: crc.sum() };
    if back == written { Ok(length) } else { Err(BackupError::WrittenWrong(path.to_owned())) }
}

struct Summing<W> {
    inner: W,
    crc: flate2::Crc,
}

impl<W: Write> Write for Summing<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(bytes)?;
        self.crc.update(bytes.get(..written).unwrap_or_default());
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

fn new_file(path: &Path) -> Result<File, BackupError> {
    OpenOptions::new().write(true).create_new(true).mode(0o600).open(path).map_err(at(path))
}

/// A new name in a folder is on the disk when the folder is.
pub(super) fn sync_folder_of(path: &Path) -> Result<(), BackupError> {
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    File::open(folder).and_then(|folder| folder.sync_all()).map_err(at(folder))
}

fn odd(path: &Path, why: &dyn std::fmt::Display) -> BackupError {
    BackupError::Key(format!("{}: {why}", path.display()))
}
