//! DEFLATE that has read a dictionary before: what every message says need not be said again.
//!
//! Both sides put the same text in front of the message, and neither sends it. How this is done with a library
//! that knows nothing of dictionaries: the text is deflated first and ended on a byte, its bytes are thrown away,
//! and the message follows in the same stream; the reader finds the text in its window already.

use miniz_oxide::deflate::core::{
    CompressorOxide, TDEFLFlush, TDEFLStatus, compress, create_comp_flags_from_zip_params,
};
use miniz_oxide::inflate::TINFLStatus;
use miniz_oxide::inflate::core::inflate_flags::TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF;
use miniz_oxide::inflate::core::{DecompressorOxide, decompress};

use super::body::WireError;

/// How hard the packer tries, of 10.
const LEVEL: i32 = 9;
/// Raw DEFLATE, without a header.
const RAW: i32 = 0;

/// The message deflated behind the dictionary.
pub fn deflate(dictionary: &[u8], message: &[u8]) -> Vec<u8> {
    let flags = create_comp_flags_from_zip_params(LEVEL, RAW, 0);
    let mut compressor = CompressorOxide::new(flags);
    run(&mut compressor, dictionary, TDEFLFlush::Sync);
    run(&mut compressor, message, TDEFLFlush::Finish)
}

fn run(compressor: &mut CompressorOxide, input: &[u8], flush: TDEFLFlush) -> Vec<u8> {
    let mut packed = vec![0; input.len() + 1024];
    let (mut read, mut written) = (0, 0);
    loop {
        let (rest, room) =
            (input.get(read..).unwrap_or_default(), packed.get_mut(written..).unwrap_or_default());
        let roomy = room.len();
        let (status, taken, given) = compress(compressor, rest, room, flush);
        read += taken;
        written += given;
        let more = given == roomy || read < input.len();
        if status == TDEFLStatus::Okay && more {
            packed.resize(packed.len() * 2, 0);
            continue;
        }
        packed.truncate(written);
        return packed;
    }
}

/// The message in `packed`, of at most `max` bytes.
pub fn inflate(dictionary: &[u8], packed: &[u8], max: usize) -> Result<Vec<u8>, WireError> {
    let most = dictionary.len() + max;
    let mut message = dictionary.to_vec();
    message.resize((dictionary.len() + packed.len() * 3 + 256).min(most), 0);
    let mut inflater = DecompressorOxide::new();
    let (mut read, mut written) = (0, dictionary.len());
    loop {
        let rest = packed.get(read..).unwrap_or_default();
        let (status, taken, given) =
            decompress(&mut inflater, rest, &mut message, written, TINFL_FLAG_USING_NON_WRAPPING_OUTPUT_BUF);
        read += taken;
        written += given;
        match status {
            TINFLStatus::Done if read == packed.len() => {
                message.truncate(written);
                message.drain(..dictionary.len());
                return Ok(message);
            }
            TINFLStatus::HasMoreOutput if message.len() >= most => return Err(WireError::TooLarge),
            TINFLStatus::HasMoreOutput => message.resize((message.len() * 2).min(most), 0),
            _ => return Err(WireError::Unreadable),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const DICTIONARY: &[u8] = b"performer/role/date/start/end/place_kind/notes/home/social_worker";

    #[test]
    fn messages_come_back_and_the_dictionary_is_used() {
        let message = b"notes: at home, performer/role social_worker";
        let packed = deflate(DICTIONARY, message);
        assert_eq!(inflate(DICTIONARY, &packed, 1000).unwrap(), message);
        assert!(packed.len() < deflate(b"", message).len());
        assert_ne!(
            inflate(b"another dictionary of some length", &packed, 1000).ok().as_deref(),
            Some(&message[..])
        );
    }

    #[test]
    fn long_and_empty_messages_come_back() {
        let long: Vec<u8> = (0..300_000u32).map(|n| (n.wrapping_mul(2_654_435_761) >> 13) as u8).collect();
        for message in [&long[..], &vec![7; 100_000], &[]] {
            assert_eq!(inflate(DICTIONARY, &deflate(DICTIONARY, message), 1 << 20).unwrap(), message);
        }
    }

    #[test]
    fn a_bomb_stops_at_its_limit() {
        let packed = deflate(DICTIONARY, &vec![0; 1 << 20]);
        assert_eq!(inflate(DICTIONARY, &packed, (1 << 20) - 1), Err(WireError::TooLarge));
        assert!(inflate(DICTIONARY, &packed, 1 << 20).is_ok());
    }

    #[test]
    fn cut_and_padded_bodies_are_refused() {
        let packed = deflate(DICTIONARY, b"a message of some words");
        for cut in 0..packed.len() {
            assert_eq!(inflate(DICTIONARY, &packed[..cut], 1000), Err(WireError::Unreadable), "{cut}");
        }
        assert_eq!(inflate(DICTIONARY, &[packed, vec![0]].concat(), 1000), Err(WireError::Unreadable));
    }
}
