//! Bytes that hold ids as text, with the ids as bytes: half the room, and random digits do not deflate.

/// In front of the 16 bytes of an id.
const ID: u8 = 0x1b;
/// In front of a byte that is one of these two and stands for itself.
const ITSELF: u8 = 0x1a;
/// Digits of an id.
const DIGITS: usize = 32;

/// The bytes, with ids short.
pub fn shorten(bytes: &[u8]) -> Vec<u8> {
    let mut short = Vec::with_capacity(bytes.len());
    let mut rest = bytes;
    while let Some((first, behind)) = rest.split_first() {
        if let Some((text, after)) = rest.split_at_checked(DIGITS)
            && let Some(id) = id(text)
        {
            short.extend(id_bytes(&id));
            rest = after;
            continue;
        }
        if matches!(*first, ID | ITSELF) {
            short.push(ITSELF);
        }
        short.push(*first);
        rest = behind;
    }
    short
}

/// The bytes as they were; `None` when nothing was ever shortened to this.
pub fn lengthen(short: &[u8]) -> Option<Vec<u8>> {
    let mut bytes = Vec::with_capacity(short.len() * 2);
    let mut rest = short.iter();
    while let Some(byte) = rest.next() {
        match *byte {
            ITSELF => bytes.push(*rest.next()?),
            ID => {
                let (id, after) = rest.as_slice().split_at_checked(DIGITS / 2)?;
                bytes.extend(sync_core::ids::hex(id).into_bytes());
                rest = after.iter();
            }
            byte => bytes.push(byte),
        }
    }
    Some(bytes)
}

/// An id as it stands among the others.
pub fn id_bytes(id: &[u8; DIGITS / 2]) -> Vec<u8> {
    [&[ID], id.as_slice()].concat()
}

fn id(text: &[u8]) -> Option<[u8; DIGITS / 2]> {
    // Most bytes are no digits, and this is asked at each.
    if text.first().is_none_or(|first| digit(*first).is_none()) {
        return None;
    }
    let mut id = [0; DIGITS / 2];
    for (byte, pair) in id.iter_mut().zip(text.chunks_exact(2)) {
        let [high, low] = pair else { return None };
        *byte = digit(*high)? << 4 | digit(*low)?;
    }
    Some(id)
}

fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn everything_comes_back() {
        let id = b"0190a0b0c0d0e0f00102030405060708";
        let pieces: [&[u8]; 8] =
            [b"", id, &id[1..], b"abc", b"ABCDEF", &[ID], &[ITSELF], &[0, 7, 0xff, 0xd0, 0xb0]];
        for n in 0..pieces.len().pow(4) {
            let place = |power| pieces[n / pieces.len().pow(power) % pieces.len()];
            let bytes = [place(0), place(1), place(2), place(3)].concat();
            assert_eq!(lengthen(&shorten(&bytes)), Some(bytes));
        }
    }

    #[test]
    fn what_was_never_shortened_is_refused_or_small() {
        assert_eq!(lengthen(&[ITSELF]), None);
        assert_eq!(lengthen(&[&[ID], [7; 15].as_slice()].concat()), None);
        assert_eq!(lengthen(&[ID; 17]).map(|bytes| bytes.len()), Some(DIGITS));
    }

    #[test]
    fn an_id_takes_seventeen_bytes() {
        let short = shorten(b"performer/0190a0b0c0d0e0f00102030405060708/role");
        assert_eq!(short.len(), "performer/".len() + 17 + "/role".len());
        let id = [1, 0x90, 0xa0, 0xb0, 0xc0, 0xd0, 0xe0, 0xf0, 1, 2, 3, 4, 5, 6, 7, 8];
        assert!(short.windows(17).any(|part| part == id_bytes(&id)));
    }
}
