//! Byte offsets in the unit of the caller (rule T1).

/// What an offset counts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum OffsetEncoding {
    /// Bytes of UTF-8.
    #[default]
    Utf8,
    /// UTF-16 code units.
    Utf16,
    /// Unicode code points.
    CodePoints,
}

/// Turns byte offsets of one text into another unit.
///
/// An offset costs as much as lies between it and the one before: those in ascending order cost one pass over the text.
#[derive(Debug)]
pub struct Offsets<'t> {
    text: &'t str,
    encoding: OffsetEncoding,
    ascii: bool,
    byte: usize,
    unit: u32,
}

impl<'t> Offsets<'t> {
    /// Offsets in `text`, counted as `encoding` says.
    pub fn new(text: &'t str, encoding: OffsetEncoding) -> Self {
        let ascii = encoding == OffsetEncoding::Utf8 || text.is_ascii();
        Self { text, encoding, ascii, byte: 0, unit: 0 }
    }

    /// Whether every offset is the byte offset itself.
    pub fn are_bytes(&self) -> bool {
        self.ascii
    }

    /// The offset, in units, of the character boundary at `byte`.
    pub fn at(&mut self, byte: u32) -> u32 {
        if self.ascii {
            return byte;
        }
        let byte = byte as usize;
        let bytes = self.text.as_bytes();
        if byte < self.byte {
            self.unit -= self.count(&bytes[byte..self.byte]);
        } else {
            self.unit += self.count(&bytes[self.byte..byte]);
        }
        self.byte = byte;
        self.unit
    }

    fn count(&self, bytes: &[u8]) -> u32 {
        // Every byte but a continuation byte begins a character; a lead byte of four begins a surrogate pair.
        let starts = bytes.iter().filter(|&&byte| byte & 0xC0 != 0x80).count();
        let pairs = match self.encoding {
            OffsetEncoding::Utf16 => bytes.iter().filter(|&&byte| byte >= 0xF0).count(),
            _ => 0,
        };
        (starts + pairs) as u32
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn units() {
        let text = "aé😀İb";
        let at = |encoding, byte| Offsets::new(text, encoding).at(byte);
        assert_eq!(at(OffsetEncoding::Utf8, 9), 9);
        assert_eq!(at(OffsetEncoding::CodePoints, 9), 4);
        assert_eq!(at(OffsetEncoding::Utf16, 9), 5);
        let mut offsets = Offsets::new(text, OffsetEncoding::CodePoints);
        assert_eq!([offsets.at(7), offsets.at(1), offsets.at(10)], [3, 1, 5]);
    }
}
