//! Extraction from any text with any names: nothing panics, every span slices its text (rule T1), both automata give the
//! same answer, and so does a scratch that was used before.
//!
//! The input is lines: the first ones up to an empty line are names, the rest is the text.

#![no_main]

use std::sync::atomic::AtomicBool;

use libfuzzer_sys::fuzz_target;
use onomast::{
    extract::{Answer, Field, Filter, Input, Options, Overlap, Scratch, Source, run},
    gazetteer::{Checker, Format, read},
    index::{Compiler, Engine},
    text::OffsetEncoding,
};

fuzz_target!(|input: &str| {
    let (names, text) = input.split_once("\n\n").unwrap_or(("China\nXi Jinping", input));
    let Ok(read) = read(names.as_bytes(), Format::List) else { return };
    let mut checker = Checker::default();
    let entities = read.entries.into_iter().map(|entry| entry.entity);
    let persons = entities.map(|entity| onomast::gazetteer::Entity { kind: "person".into(), ..entity });
    let entities: Vec<_> = persons.filter(|entity| checker.check(entity, 1, &mut Vec::new())).collect();
    let mut segments = Vec::new();
    for engine in [Engine::Bytewise, Engine::Wordwise] {
        let mut compiler = Compiler::with_engine(engine);
        entities.iter().for_each(|entity| compiler.add(entity));
        let Ok(segment) = compiler.finish() else { return };
        segments.push(segment);
    }
    let input = Input { title: text, text, ..Input::default() };
    let (mut scratch, mut answer) = (Scratch::default(), Answer::default());
    let never = AtomicBool::new(false);
    for overlap in [Overlap::Longest, Overlap::Outermost, Overlap::All] {
        let options = Options { overlap, offsets: OffsetEncoding::CodePoints, explain: true, ..Options::default() };
        let answers = segments.iter().map(|segment| {
            let sources = [Source::new("fuzz", segment, 0)];
            let filter = Filter::new(&sources, &options);
            assert!(run(&sources, input, &options, &filter, &mut scratch, &mut answer, &never).is_ok());
            for mention in &answer.mentions {
                assert!(matches!(mention.field, Field::Title | Field::Text));
                let length = mention.span.of(text).chars().count();
                assert_eq!(length, mention.offsets.len());
            }
            let again = format!("{answer:?}");
            let fresh = &mut Scratch::default();
            assert!(run(&sources, input, &options, &filter, fresh, &mut answer, &never).is_ok());
            assert_eq!(format!("{answer:?}"), again);
            again
        });
        let answers: Vec<_> = answers.collect();
        assert_eq!(answers[0], answers[1]);
    }
});
