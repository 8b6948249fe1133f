//! DEFLATE behind a dictionary of what changes and records say again and again: for what is kept in small pieces.
//! See ADR 47.

use flate2::{Compress, Compression, Decompress, FlushCompress, FlushDecompress, Status};

/// Never changed: what was deflated behind it is inflated behind it. A better one gets another name.
pub const DICTIONARY: &[u8] = include_bytes!("deflated.dict");

/// The bytes, deflated.
pub fn deflate(bytes: &[u8]) -> Option<Vec<u8>> {
    deflate_behind(DICTIONARY, bytes)
}

/// What was deflated; `None` when it is damaged, or more than about `most` bytes.
pub fn inflate(deflated: &[u8], most: usize) -> Option<Vec<u8>> {
    inflate_behind(DICTIONARY, deflated, most)
}

/// The same behind another dictionary.
pub fn deflate_behind(dictionary: &[u8], bytes: &[u8]) -> Option<Vec<u8>> {
    let mut packer = Compress::new(Compression::best(), false);
    packer.set_dictionary(dictionary).ok()?;
    // Deflating adds some bytes at most.
    let mut out = Vec::with_capacity(bytes.len() + bytes.len() / 100 + 64);
    let status = packer.compress_vec(bytes, &mut out, FlushCompress::Finish).ok()?;
    (status == Status::StreamEnd).then_some(out)
}

/// What was deflated behind this dictionary.
pub fn inflate_behind(dictionary: &[u8], deflated: &[u8], most: usize) -> Option<Vec<u8>> {
    let mut unpacker = Decompress::new(false);
    unpacker.set_dictionary(dictionary).ok()?;
    let mut out = Vec::with_capacity((deflated.len() * 4).min(most) + 64);
    loop {
        let read = usize::try_from(unpacker.total_in()).ok()?;
        match unpacker.decompress_vec(deflated.get(read..)?, &mut out, FlushDecompress::Finish).ok()? {
            Status::StreamEnd => return Some(out),
            _ if out.len() < out.capacity() || out.len() >= most => return None,
            _ => out.reserve(out.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use sync_core::ids::{hex, sha256};

    #[test]
    fn the_dictionary_never_changes() {
        assert_eq!(
            hex(&sha256(DICTIONARY)),
            "7e9ac8a62fed23b056a24a7c6805af7dba94db77697a720a16462cc84f01d963"
        );
    }

    #[test]
    fn bytes_come_back_and_a_bomb_does_not_go_off() {
        let text = "Купила продукты, ".repeat(40);
        let deflated = deflate(text.as_bytes()).unwrap();
        assert_eq!(inflate(&deflated, 1 << 16).unwrap(), text.as_bytes());
        assert!(deflated.len() < 60);
        assert_eq!(inflate(&deflate(&vec![0; 1 << 22]).unwrap(), 1 << 16), None);
        for cut in 0..deflated.len() {
            assert_eq!(inflate(&deflated[..cut], 1 << 16), None);
        }
    }
}
