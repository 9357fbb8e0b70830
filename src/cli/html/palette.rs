//! A look for each type: a colour and a line under the text, the same on every page as far as types do not clash.

use std::collections::BTreeMap;

/// The colours and the kinds of line that `page.css` has.
const COLOURS: u32 = 8;
const LINES: u32 = 5;

/// The looks of the types of a page.
#[derive(Debug, Default)]
pub(super) struct Palette(BTreeMap<String, (usize, u32)>);

impl Palette {
    /// Deals looks out. A type has the colour of its name's hash where that is free, else the next; when all are taken
    /// the next eight types begin anew with other lines.
    pub(super) fn new<'a>(types: impl IntoIterator<Item = &'a str>) -> Self {
        let mut looks: BTreeMap<_, _> = types.into_iter().map(|name| (name.to_owned(), (0, 0))).collect();
        let mut taken = [false; COLOURS as usize];
        let mut round = 0;
        for (number, (name, look)) in looks.iter_mut().enumerate() {
            if taken.iter().all(|&taken| taken) {
                taken = Default::default();
                round += 1;
            }
            let first = hash(name) % COLOURS;
            let free = (first..first + COLOURS).map(|slot| slot % COLOURS).find(|&slot| !taken[slot as usize]);
            let colour = free.unwrap_or(first);
            taken[colour as usize] = true;
            *look = (number, colour + round * COLOURS);
        }
        Self(looks)
    }

    /// The types in order of their names, which is that of their numbers.
    pub(super) fn types(&self) -> impl Iterator<Item = &str> {
        self.0.keys().map(String::as_str)
    }

    /// The number of a type.
    pub(super) fn number(&self, kind: &str) -> usize {
        self.0.get(kind).map_or(0, |&(number, _)| number)
    }

    /// The classes that give a type its look.
    pub(super) fn classes(&self, kind: &str) -> String {
        let slot = self.0.get(kind).map_or(0, |&(_, slot)| slot);
        format!("c{} u{}", slot % COLOURS, (slot % COLOURS + slot / COLOURS) % LINES)
    }
}

/// FNV-1a.
fn hash(text: &str) -> u32 {
    text.bytes().fold(0x811C_9DC5, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193))
}
