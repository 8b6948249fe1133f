//! Reading foreign bytes: every step may fail, none may panic, numbers have one spelling only.

use crate::verdict::Reason;

/// What is left of the bytes.
#[derive(Clone, Copy, Debug)]
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub(super) fn rest(&self) -> &'a [u8] {
        self.0
    }

    pub(super) fn take(&mut self, len: usize) -> Result<&'a [u8], Reason> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or(Reason::Malformed)?;
        self.0 = rest;
        Ok(taken)
    }

    pub(super) fn array<const N: usize>(&mut self) -> Result<[u8; N], Reason> {
        let (taken, rest) = self.0.split_first_chunk().ok_or(Reason::Malformed)?;
        self.0 = rest;
        Ok(*taken)
    }

    fn byte(&mut self) -> Result<u8, Reason> {
        self.array().map(|[byte]| byte)
    }

    /// An unsigned LEB128 number in its shortest spelling.
    pub(super) fn uleb(&mut self) -> Result<u64, Reason> {
        let mut number = 0u64;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            let bits = u64::from(byte & 0x7f);
            if shift == 63 && bits > 1 {
                return Err(Reason::Malformed);
            }
            number |= bits << shift;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(Reason::NotCanonical) } else { Ok(number) };
            }
        }
        Err(Reason::Malformed)
    }

    /// A signed LEB128 number in its shortest spelling.
    pub(super) fn sleb(&mut self) -> Result<i64, Reason> {
        let mut number = 0i64;
        let mut before = 0u8;
        for shift in (0..64).step_by(7) {
            let byte = self.byte()?;
            // The tenth byte holds the sign and nothing else.
            if shift == 63 && byte != 0 && byte != 0x7f {
                return Err(Reason::Malformed);
            }
            number |= i64::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                let sign_was_set = before & 0x40 != 0;
                let overlong = (byte == 0 && !sign_was_set) || (byte == 0x7f && sign_was_set);
                if shift > 0 && overlong {
                    return Err(Reason::NotCanonical);
                }
                if shift < 57 && byte & 0x40 != 0 {
                    number |= -1i64 << (shift + 7);
                }
                return Ok(number);
            }
            before = byte;
        }
        Err(Reason::Malformed)
    }

    /// A count that may not exceed `cap`.
    pub(super) fn count(&mut self, cap: usize) -> Result<usize, Reason> {
        usize::try_from(self.uleb()?).ok().filter(|count| *count <= cap).ok_or(Reason::TooLarge)
    }
}

/// Appends the shortest spelling of `number`.
pub(super) fn put_uleb(out: &mut Vec<u8>, mut number: u64) {
    while number >= 0x80 {
        out.push(number as u8 | 0x80);
        number >>= 7;
    }
    out.push(number as u8);
}

/// Appends the shortest spelling of a signed `number`.
pub(super) fn put_sleb(out: &mut Vec<u8>, mut number: i64) {
    loop {
        let byte = (number & 0x7f) as u8;
        number >>= 7;
        let sign_is_told = (number == 0 && byte & 0x40 == 0) || (number == -1 && byte & 0x40 != 0);
        if sign_is_told {
            return out.push(byte);
        }
        out.push(byte | 0x80);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_round_trip() {
        for number in [0, 1, 127, 128, 300, u64::from(u32::MAX), u64::MAX - 1, u64::MAX] {
            let mut bytes = Vec::new();
            put_uleb(&mut bytes, number);
            assert_eq!(Reader::new(&bytes).uleb(), Ok(number));
        }
        for number in [0, 1, -1, 63, 64, -64, -65, 8191, -8192, i64::MIN, i64::MAX, i64::MIN + 1] {
            let mut bytes = Vec::new();
            put_sleb(&mut bytes, number);
            assert_eq!(Reader::new(&bytes).sleb(), Ok(number), "{bytes:?}");
        }
    }

    #[test]
    fn long_spellings_are_refused() {
        assert_eq!(Reader::new(&[0x81, 0]).uleb(), Err(Reason::NotCanonical));
        assert_eq!(Reader::new(&[0xbf, 0]).sleb(), Err(Reason::NotCanonical));
        assert_eq!(Reader::new(&[0x81, 0xff, 0x7f]).sleb(), Err(Reason::NotCanonical));
        assert_eq!(Reader::new(&[0x81; 12]).uleb(), Err(Reason::Malformed));
        assert_eq!(Reader::new(&[0x81; 12]).sleb(), Err(Reason::Malformed));
        assert_eq!(Reader::new(&[0x81]).uleb(), Err(Reason::Malformed));
        let mut too_many_bits = [0xff; 10];
        too_many_bits[9] = 2;
        assert_eq!(Reader::new(&too_many_bits).uleb(), Err(Reason::Malformed));
    }
}
