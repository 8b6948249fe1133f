//! Altered copies of honest input: what a fuzzer does first.

use footpath_tests::chance::Chance;

/// Bytes that mean something to somebody: ends of ranges, marks of CBOR, long counts.
const TELLING: [u8; 12] = [0x00, 0x01, 0x7f, 0x80, 0xff, 0xf6, 0x5f, 0x9f, 0xbf, 0x1b, 0x3b, 0xfe];

/// A copy of one of them, altered in one to four places.
pub fn altered(chance: &mut Chance, corpus: &[Vec<u8>]) -> Vec<u8> {
    let mut bytes = chance.pick::<Vec<u8>>(corpus).clone();
    for _ in 0..1 + chance.below(4) {
        // The first byte says how to read the rest.
        let place = 1 + chance.below(bytes.len().max(2) - 1);
        let Some(byte) = bytes.get_mut(place) else { continue };
        match chance.below(8) {
            0 => *byte ^= 1 << chance.below(8),
            1 => *byte = chance.below(256) as u8,
            2 => *byte = *chance.pick(&TELLING),
            3 => bytes.insert(place, *chance.pick(&TELLING)),
            4 => drop(bytes.drain(place..(place + 1 + chance.below(8)).min(bytes.len()))),
            5 => bytes.truncate(place),
            6 => {
                let piece = bytes[place..(place + 1 + chance.below(32)).min(bytes.len())].to_vec();
                bytes.splice(place..place, piece);
            }
            _ => {
                let other = chance.pick::<Vec<u8>>(corpus).clone();
                let from = chance.below(other.len().max(1));
                bytes.splice(place.., other[from..].iter().copied());
            }
        }
    }
    bytes
}
