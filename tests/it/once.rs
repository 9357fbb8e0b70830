//! What a search reports, it reports once, and the same with either automaton, however the words are read.

use std::sync::atomic::AtomicBool;

use onomast::{
    gazetteer::{CaseRule, Entity},
    index::{Compiler, Engine, Forms, GluedWords, Search, Segment},
    text::{Language, View, Words},
};
use proptest::prelude::*;

/// Every occurrence in a text that is read in every way.
fn found(names: &[String], text: &str, engine: Engine) -> Vec<String> {
    let mut compiler = Compiler::with_engine(engine);
    for (id, name) in names.iter().enumerate() {
        compiler.add(&Entity { id: id.to_string(), name: name.clone(), ..Entity::default() });
    }
    found_in(&compiler.finish().unwrap(), text)
}

fn found_in(segment: &Segment, text: &str) -> Vec<String> {
    let (mut words, mut glued, mut search) = (Words::default(), GluedWords::default(), Search::default());
    words.read(text);
    glued.read(text, &words, 0);
    let view = View { fields: ["", text], words: &words, border: 0 };
    search.run(segment, view, &glued, Language::Other, Forms::EXACT, &AtomicBool::new(false));
    search.occurrences().iter().map(|one| format!("{one:?}")).collect()
}

/// Fails where the automata differ, or one reports anything twice.
fn each_is_found_once(names: &[String], text: &str) -> usize {
    let [one, other] = [Engine::Bytewise, Engine::Wordwise].map(|engine| found(names, text, engine));
    assert_eq!(one, other, "{names:?} in {text:?}");
    let mut distinct = one.clone();
    distinct.sort_unstable();
    distinct.dedup();
    assert_eq!(distinct.len(), one.len(), "{names:?} in {text:?}: {one:?}");
    one.len()
}

#[test]
fn a_name_behind_another_reading_is_found_once() {
    let names = |names: &[&str]| names.iter().map(|&name| name.to_owned()).collect::<Vec<_>>();
    // The reading of `Fea` as `Sea` leads to `b` as well, but no name that ends behind that includes `Sea`.
    assert_eq!(each_is_found_once(&names(&["Sea b c", "b Said"]), "Fea b Faid"), 1);
    assert_eq!(each_is_found_once(&names(&["Sea c", "Fea b d", "b Said"]), "Fea b Faid"), 1);
    // One that includes both is found by both readings together.
    assert_eq!(each_is_found_once(&names(&["Sea b Said", "b Said", "Said"]), "Fea b Faid"), 3);
    assert_eq!(each_is_found_once(&names(&["Sea b Said c", "b Said c", "Said c"]), "Fea b Faid c"), 3);
}

proptest! {
    #[test]
    fn whatever_is_read_is_found_once(
        names in prop::collection::vec(
            prop::collection::vec(prop::sample::select(vec!["Bank", "Banks", "b", "Sea", "Said", "In-depth"]), 1..5),
            1..8,
        ),
        text in prop::collection::vec(
            prop::sample::select(vec!["Banks", "Bank's", "Bank", "b", "Fea", "Faid", "Sea", "S ea", "Sa-id", "Said", "Indepth", "x."]),
            1..12,
        ),
    ) {
        let names: Vec<_> = names.iter().map(|words| words.join(" ")).collect();
        each_is_found_once(&names, &text.join(" "));
    }
}

#[test]
fn names_that_are_none_for_want_of_a_capital_take_no_room_from_others() {
    let nested = |word: &str, count: usize| format!("{} Vk", vec![word; count].join(" "));
    let text = format!("{} vk", vec!["wb"; 80].join(" "));
    for others in [0, 65, 80] {
        let others: Vec<_> = (1..=others).map(|count| nested("Wb", count)).collect();
        for engine in [Engine::Bytewise, Engine::Wordwise] {
            let mut compiler = Compiler::with_engine(engine);
            compiler.add(&Entity { id: "vk".into(), name: "vk".into(), ..Entity::default() });
            for (id, name) in others.iter().enumerate() {
                let case = CaseRule::Exact;
                compiler.add(&Entity { id: id.to_string(), name: name.clone(), case, ..Entity::default() });
            }
            assert_eq!(found_in(&compiler.finish().unwrap(), &text).len(), 1, "{engine:?}, {}", others.len());
        }
    }
}
