//! Particles written on to a word (rule T2): `러시아는` holds `러시아`.
//!
//! Must not know: other kinds of readings.

use super::{At, Reading, Readings};
use crate::{
    index::forms::Form,
    text::{Span, fold},
};

/// Korean particles that may be written on to a name; the longer ones are combinations.
const KOREAN: [&str; 64] = [
    "은",
    "는",
    "이",
    "가",
    "을",
    "를",
    "의",
    "에",
    "로",
    "와",
    "과",
    "도",
    "만",
    "나",
    "에서",
    "에게",
    "한테",
    "으로",
    "로서",
    "로써",
    "까지",
    "부터",
    "처럼",
    "보다",
    "마저",
    "조차",
    "이나",
    "이란",
    "라고",
    "라는",
    "과의",
    "와의",
    "에는",
    "에도",
    "로는",
    "로의",
    "와는",
    "과는",
    "와도",
    "과도",
    "만이",
    "만은",
    "하고",
    "이며",
    "이고",
    "이다",
    "에서는",
    "에서도",
    "에서의",
    "에게서",
    "으로서",
    "으로써",
    "으로의",
    "이라고",
    "이라는",
    "까지는",
    "까지의",
    "부터는",
    "부터의",
    "으로는",
    "로부터",
    "에게는",
    "한테서",
    "으로부터",
];

/// The particles as texts write them: whole and decomposed.
#[derive(Debug)]
pub(super) struct Particles {
    korean: Vec<String>,
}

impl Default for Particles {
    fn default() -> Self {
        let decomposed = |particle: &&str| {
            let mut folded = Vec::new();
            fold(particle, &mut folded);
            String::from_utf8(folded).unwrap_or_default()
        };
        let whole = KOREAN.iter().map(|&particle| particle.to_owned());
        Self { korean: whole.chain(KOREAN.iter().map(decomposed)).collect() }
    }
}

impl Readings {
    /// `러시아는`: a word with a Korean particle, without it.
    pub(super) fn particle(&mut self, at: &At<'_>) {
        let written = at.view.word(at.index);
        for which in 0..self.particles.korean.len() {
            let stem = written.strip_suffix(self.particles.korean[which].as_str()).filter(|stem| !stem.is_empty());
            let Some(stem) = stem else { continue };
            self.folded.clear();
            fold(stem, &mut self.folded);
            if let Some(word) = at.find(&self.folded) {
                let span = Span::new(at.word.span.start, at.word.span.start + stem.len() as u32);
                let reading = Reading { last: true, ..Reading::of(Form::Particle) };
                self.push(reading, std::iter::once(at.step(word, span)));
            }
        }
    }
}
