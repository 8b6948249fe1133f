//! Brotli, for what is big and is read by a browser or by ourselves. See ADR 40 for how it was chosen.

use std::io::Read;

/// 4 MiB: more than any page has.
const WINDOW_BITS: i32 = 22;

/// `quality` from 0 to 11: 5 costs about 25 ms a megabyte, 9 about 100, 11 nearly two seconds.
pub fn squeeze(bytes: &[u8], quality: i32) -> Vec<u8> {
    let params = brotli::enc::BrotliEncoderParams {
        quality,
        lgwin: WINDOW_BITS,
        size_hint: bytes.len(),
        ..Default::default()
    };
    let mut squeezed = Vec::with_capacity(bytes.len() / 4);
    // Reading from and writing to memory does not fail.
    let _ = brotli::BrotliCompress(&mut &*bytes, &mut squeezed, &params);
    squeezed
}

/// Whether an `Accept-Encoding` takes Brotli.
pub fn accepted(accept_encoding: &str) -> bool {
    accept_encoding.split(',').any(|coding| {
        let (name, weight) = coding.split_once(';').unwrap_or((coding, ""));
        let refused = weight.trim().strip_prefix("q=").is_some_and(|q| q.parse() == Ok(0.0));
        name.trim().eq_ignore_ascii_case("br") && !refused
    })
}

/// What was squeezed, at most `max` bytes of it; `None` when it is more or something else.
pub fn spread(squeezed: &[u8], max: usize) -> Option<Vec<u8>> {
    let mut bytes = Vec::new();
    let reader = brotli::Decompressor::new(squeezed, 64 * 1024);
    reader.take(max as u64 + 1).read_to_end(&mut bytes).ok()?;
    (bytes.len() <= max).then_some(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_takes_brotli_gets_it() {
        for (said, takes) in [
            ("gzip, deflate, br, zstd", true),
            ("br;q=0.5", true),
            ("br;q=0", false),
            ("gzip", false),
            ("", false),
            ("brotli", false),
        ] {
            assert_eq!(accepted(said), takes, "{said}");
        }
    }

    #[test]
    fn what_is_squeezed_comes_back_but_not_more_than_asked_for() {
        let bytes = "слово за слово ".repeat(1_000).into_bytes();
        for quality in [5, 9] {
            let squeezed = squeeze(&bytes, quality);
            assert!(squeezed.len() < bytes.len() / 10);
            assert_eq!(spread(&squeezed, bytes.len()).as_ref(), Some(&bytes));
            assert_eq!(spread(&squeezed, bytes.len() - 1), None);
            assert_eq!(spread(&squeezed[..squeezed.len() / 2], bytes.len()), None);
        }
    }
}
