//! Names and news that are made up, the same on every machine, for benches that find no real ones; and real news.

#![allow(dead_code, clippy::expect_used, reason = "no bench needs all of it, and each ends where it has no data")]

use std::{fs, path::Path};

use onomast::gazetteer::{Alias, Entity};

/// A generator of numbers that are the same on every machine (xorshift).
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        (self.0 % limit as u64) as usize
    }
}

/// The words of the smallest numbers in news, so that its language is known to be English as that of real news is: the
/// syllables alone are taken for Estonian, whose endings take four times as long to try.
const ENGLISH: [&str; 16] =
    ["the", "of", "to", "and", "in", "a", "for", "on", "is", "that", "by", "with", "it", "from", "at", "was"];

/// A word that stands for a number: frequent words are short.
fn word(number: usize) -> String {
    const SYLLABLES: [&str; 16] =
        ["ka", "to", "mi", "ren", "sol", "va", "du", "pe", "lin", "gor", "sa", "ne", "bi", "rut", "ho", "wex"];
    let (mut rest, mut word) = (number, String::new());
    loop {
        word.push_str(SYLLABLES[rest % 16]);
        rest /= 16;
        if rest == 0 {
            return word;
        }
    }
}

fn capital(word: &str) -> String {
    word[..1].to_uppercase() + &word[1..]
}

/// Stories of about 1 KB; every fifteenth word or so is a name of the made-up gazetteers.
pub(crate) fn news(documents: usize) -> Vec<String> {
    let mut numbers = Numbers(7);
    (0..documents)
        .map(|_| {
            let mut text = String::new();
            while text.len() < 1000 {
                // Small numbers are frequent, as in language.
                let spread = 1 << numbers.below(17);
                let common = numbers.below(spread);
                text.push_str(&ENGLISH.get(common).map_or_else(|| word(common), |&word| word.to_owned()));
                if numbers.below(15) == 0 {
                    text.push(' ');
                    text.push_str(&name(numbers.below(10_000)));
                }
                text.push_str([" ", " ", " ", " ", ", ", ". ", "\n"][numbers.below(7)]);
            }
            text
        })
        .collect()
}

fn name(number: usize) -> String {
    let first = capital(&word(number * 7 + 70_000));
    if number.is_multiple_of(3) { first } else { first + " " + &capital(&word(number % 4099 + 300)) }
}

/// So many entities with two names each.
pub(crate) fn entities(count: usize) -> Vec<Entity> {
    let entity = |number: usize| Entity {
        id: number.to_string(),
        name: name(number),
        aliases: vec![Alias::plain(name(number) + " " + &capital(&word(number % 97)))],
        kind: "thing".into(),
        ..Entity::default()
    };
    (0..count).map(entity).collect()
}

/// The texts of `news.jsonl` in a folder: one `{"text": …}` a line.
pub(crate) fn read_news(folder: &Path) -> Vec<String> {
    let lines = fs::read_to_string(folder.join("news.jsonl")).expect("news.jsonl");
    let text =
        |line: &str| serde_json::from_str::<serde_json::Value>(line).unwrap()["text"].as_str().unwrap().to_owned();
    lines.lines().map(text).collect()
}
