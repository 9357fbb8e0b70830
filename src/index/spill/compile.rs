//! Compiling entities into a file.
//!
//! Must not know: how lists are sorted and kept.

use std::io::Write;

use super::{
    super::{
        collect::{Collector, Common},
        compile::CompileError,
        file::{Part, Section, facts, list, manners as encoded, write_sections},
        vocabulary::Vocabulary,
    },
    Spill,
    aside::Aside,
    automaton::AutomatonSections,
    both,
    entities::{Ranked, rank},
    links::{JoinSections, LinkSections, joins, links, numbered},
    names::{NameSections, grow, lay},
    section::Spooled,
};
use crate::gazetteer::Entity;

/// Collects entities and compiles them into a segment file.
pub struct FileCompiler<'s> {
    spill: &'s dyn Spill,
    collector: Collector<Aside<'s>>,
}

impl<'s> FileCompiler<'s> {
    /// A compiler that puts aside what does not fit into memory.
    pub fn new(spill: &'s dyn Spill) -> Self {
        Self { spill, collector: Collector::new(Aside::new(spill)) }
    }

    /// Adds an entity. A name of no words is left out; whoever reads gazetteers reports it.
    pub fn add(&mut self, entity: &Entity) {
        self.collector.add(entity);
    }

    /// Whether something failed or does not fit, so that more entities are of no use: [`FileCompiler::finish`] says what.
    pub fn has_failed(&self) -> bool {
        self.collector.keep.failed.is_some() || self.collector.common.too_large.is_some()
    }

    /// Compiles what was added and writes the file; `version` is what identifies its content. Returns how many bytes it
    /// has. The bytes are those that [`super::super::Segment::write`] writes of equal input.
    pub fn finish(self, version: &str, out: &mut dyn Write) -> Result<u64, CompileError> {
        let Self { spill, collector } = self;
        let Collector { keep, mut common, .. } = collector;
        let Aside { names, name_count, entities, unsearchable, related, attributes, context, joined, failed, .. } =
            keep;
        if let Some(error) = failed {
            return Err(error.into());
        }
        common.fits(0, usize::try_from(name_count).unwrap_or(usize::MAX))?;
        let (count, most) = (common.entities, common.most);
        let (ranked, (ordered, number)) =
            both(spill, || rank(spill, count, most, entities, related), || common.number_words());
        let Common { words, manners, types, languages, attributes: attribute_texts, derived, .. } = common;
        let Ranked { rank, mut records, id_blocks, ids, related, absent_ends, absent } = ranked?;
        let linked = || {
            let attributes = numbered(spill, attributes, &rank, |attribute| attribute)?;
            let context = numbered(spill, context, &rank, |word| number[word as usize].0)?;
            let linked = links(spill, count, attribute_texts.len(), [related, attributes, context])?;
            Ok::<_, CompileError>((linked, joins(spill, joined, &number)?))
        };
        let (grown, linked) = both(spill, || grow(spill, names, &rank, &number), linked);
        let (grown, (linked, joined)) = (grown?, linked?);
        let LinkSections { ends, related, attributes, context, counts } = linked;
        let JoinSections { joins, blocks, words: join_words, stand_ins } = joined;
        let mut unsearchable = unsearchable;
        unsearchable.iter_mut().for_each(|(entity, _)| *entity = rank[*entity as usize]);
        unsearchable.sort_unstable();
        drop((rank, number));
        let longest = grown.levels.len() as u32;
        let (named, automaton) = lay(spill, grown, ordered.len(), &manners, &mut records, unsearchable)?;
        let entity_records = Spooled::of(spill, bytemuck::cast_slice(&records))?;
        drop(records);
        let NameSections { records, blocks: name_blocks, mut priors, any_prior, texts } = named;
        if !any_prior {
            priors = Spooled::new(spill);
        }
        let AutomatonSections { nodes, roots, transitions, filter: transition_filter, deep } = automaton;
        let vocabulary = ordered.iter().enumerate().map(|(id, &word)| (words.get(word), roots[id], stand_ins[id]));
        let Vocabulary { slots, filter, long, seed } = Vocabulary::new(vocabulary)?;
        let (facts, manners) = (facts(seed, derived, longest), encoded(&manners));
        let (types, languages, attribute_texts) = (list(&types), list(&languages), attribute_texts.finish());
        let bytes = Part::Bytes;
        let sections = [
            (Section::Facts, bytes(&facts)),
            (Section::Version, bytes(version.as_bytes())),
            (Section::Slots, bytes(slots.bytes())),
            (Section::Filter, bytes(filter.bytes())),
            (Section::LongEnds, bytes(long.ends.bytes())),
            (Section::LongBytes, bytes(&long.bytes)),
            (Section::Roots, bytes(bytemuck::cast_slice(&roots))),
            (Section::Manners, bytes(&manners)),
            (Section::TypeEnds, bytes(types.ends.bytes())),
            (Section::Types, bytes(&types.bytes)),
            (Section::AttributeEnds, bytes(attribute_texts.ends.bytes())),
            (Section::Attributes, bytes(&attribute_texts.bytes)),
            (Section::AttributeCounts, bytes(bytemuck::cast_slice(&counts))),
            (Section::LanguageEnds, bytes(languages.ends.bytes())),
            (Section::Languages, bytes(&languages.bytes)),
            (Section::Nodes, Part::Spooled(nodes)),
            (Section::Transitions, Part::Spooled(transitions)),
            (Section::TransitionFilter, Part::Spooled(transition_filter)),
            (Section::Deep, Part::Spooled(deep)),
            (Section::Joins, Part::Spooled(joins)),
            (Section::JoinBlocks, Part::Spooled(blocks)),
            (Section::JoinWords, Part::Spooled(join_words)),
            (Section::Names, Part::Spooled(records)),
            (Section::NameBlocks, Part::Spooled(name_blocks)),
            (Section::Texts, Part::Spooled(texts)),
            (Section::Priors, Part::Spooled(priors)),
            (Section::Entities, Part::Spooled(entity_records)),
            (Section::IdBlocks, Part::Spooled(id_blocks)),
            (Section::Ids, Part::Spooled(ids)),
            (Section::AbsentEnds, Part::Spooled(absent_ends)),
            (Section::Absent, Part::Spooled(absent)),
            (Section::LinkEnds, Part::Spooled(ends)),
            (Section::Related, Part::Spooled(related)),
            (Section::HasAttribute, Part::Spooled(attributes)),
            (Section::Context, Part::Spooled(context)),
        ];
        write_sections(sections, out)
    }
}

#[cfg(test)]
mod tests {
    use std::{
        io::{self, Cursor, Read, Seek, SeekFrom, Write},
        sync::atomic::{AtomicUsize, Ordering::Relaxed},
    };

    use proptest::prelude::*;

    use super::*;
    use crate::{
        gazetteer::{Alias, AliasKind, CaseRule, Format, read},
        index::{Compiler, SpillFile, bounds::Most},
    };

    /// Files in memory, of which so many bytes can be written, and so many read.
    struct Store {
        memory: usize,
        files: AtomicUsize,
        written: AtomicUsize,
        read: AtomicUsize,
    }

    impl Store {
        fn new(memory: usize) -> Self {
            let (written, read) = (AtomicUsize::new(usize::MAX), AtomicUsize::new(usize::MAX));
            Self { memory, files: AtomicUsize::new(0), written, read }
        }
    }

    impl Spill for &'static Store {
        fn file(&self) -> io::Result<Box<dyn SpillFile>> {
            self.files.fetch_add(1, Relaxed);
            Ok(Box::new(Stored { file: Cursor::default(), store: self }))
        }

        fn memory(&self) -> usize {
            self.memory
        }

        fn both(&self, one: &mut (dyn FnMut() + Send), other: &mut (dyn FnMut() + Send)) {
            // In the other order than that of the default.
            other();
            one();
        }
    }

    struct Stored {
        file: Cursor<Vec<u8>>,
        store: &'static Store,
    }

    fn take(left: &AtomicUsize, count: usize, failure: io::ErrorKind) -> io::Result<usize> {
        let taken = left.fetch_update(Relaxed, Relaxed, |left| left.checked_sub(count));
        taken.map(|_| count).map_err(|_| failure.into())
    }

    impl Write for Stored {
        fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
            take(&self.store.written, bytes.len(), io::ErrorKind::StorageFull)?;
            self.file.write(bytes)
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    impl Read for Stored {
        fn read(&mut self, into: &mut [u8]) -> io::Result<usize> {
            take(&self.store.read, into.len().min(1), io::ErrorKind::InvalidData)?;
            // Bit by bit, as a file may.
            let most = into.len().min(7 + into.len() / 2);
            self.file.read(&mut into[..most])
        }
    }

    impl Seek for Stored {
        fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
            self.file.seek(to)
        }
    }

    fn in_memory(entities: &[Entity]) -> Vec<u8> {
        let mut compiler = Compiler::for_file();
        entities.iter().for_each(|entity| compiler.add(entity));
        let mut bytes = Vec::new();
        let segment = compiler.finish().unwrap_or_else(|error| panic!("{error}"));
        segment.write("version", &mut bytes).unwrap_or_else(|error| panic!("{error}"));
        bytes
    }

    fn spilled(entities: &[Entity], store: &'static Store) -> Result<Vec<u8>, CompileError> {
        let mut compiler = FileCompiler::new(&store);
        entities.iter().for_each(|entity| compiler.add(entity));
        let mut bytes = Vec::new();
        let count = compiler.finish("version", &mut bytes)?;
        assert_eq!(count as usize, bytes.len());
        Ok(bytes)
    }

    /// A store that lives as long as the tests.
    fn store(memory: usize) -> &'static Store {
        Box::leak(Box::new(Store::new(memory)))
    }

    fn starter() -> Vec<Entity> {
        let read = read(&include_bytes!("../../../data/starter.jsonl")[..], Format::JsonLines);
        read.map(|read| read.entries.into_iter().map(|entry| entry.entity).collect()).unwrap_or_default()
    }

    #[test]
    fn the_starter_is_the_same_whatever_the_memory() {
        let entities = starter();
        let expected = in_memory(&entities);
        let files = [1 << 30, 1 << 20, 1 << 14].map(|memory| {
            let store = store(memory);
            let bytes = spilled(&entities, store).unwrap_or_else(|error| panic!("{error}"));
            assert!(bytes == expected, "{memory}");
            store.files.load(Relaxed)
        });
        assert_eq!(files[0], 0, "nothing was put aside");
        assert!(files[2] > files[1] && files[1] > 0, "{files:?}");
    }

    #[test]
    fn a_store_that_fails_anywhere_is_told() {
        let entities = &starter()[..300];
        let expected = in_memory(entities);
        for (written, kind) in [(true, io::ErrorKind::StorageFull), (false, io::ErrorKind::InvalidData)] {
            let mut left = 0;
            loop {
                let store = store(1 << 12);
                let limit = if written { &store.written } else { &store.read };
                limit.store(left, Relaxed);
                match spilled(entities, store) {
                    Err(CompileError::Spill(error)) => assert_eq!(error.kind(), kind),
                    Err(error) => panic!("{error}"),
                    Ok(bytes) => {
                        assert!(bytes == expected);
                        break;
                    }
                }
                left = left * 9 / 8 + 1;
            }
            assert!(left > 500, "{left}");
        }
    }

    #[test]
    fn an_output_that_fails_is_told() {
        struct Full;
        impl Write for Full {
            fn write(&mut self, _: &[u8]) -> io::Result<usize> {
                Err(io::ErrorKind::StorageFull.into())
            }
            fn flush(&mut self) -> io::Result<()> {
                Ok(())
            }
        }
        let store = store(1 << 20);
        let mut compiler = FileCompiler::new(&store);
        starter().iter().for_each(|entity| compiler.add(entity));
        assert!(!compiler.has_failed());
        let error = compiler.finish("", &mut Full).err();
        assert!(matches!(&error, Some(CompileError::Write(error)) if error.kind() == io::ErrorKind::StorageFull));
    }

    #[test]
    fn related_ids_that_no_entity_has_may_be_too_large_together() {
        let related = ["b", "absent", "absent", "other"].map(String::from).to_vec();
        let entity =
            |id: &str| Entity { id: id.into(), name: id.into(), related: related.clone(), ..Entity::default() };
        for most in [11, 10] {
            let store = store(1 << 20);
            let mut compiler = FileCompiler::new(&store);
            compiler.collector.common.most = Most(most);
            ["a", "b"].into_iter().for_each(|id| compiler.add(&entity(id)));
            let failed = compiler.finish("", &mut Vec::new()).err().map(|error| error.to_string());
            let expected = "the gazetteer does not fit into one segment: 11 bytes of related ids that no entity has";
            assert_eq!(failed.as_deref(), (most < 11).then_some(expected));
        }
    }

    fn any_name() -> impl Strategy<Value = String> {
        let word = prop::sample::select(vec![
            "a",
            "b",
            "B",
            "U.S.",
            "J.",
            "R.",
            "München",
            "Straße",
            "in-depth",
            "in",
            "depth",
            "東京",
            "O'Brien",
            "x",
            "C++",
            "",
            "-",
            "Россия",
            "incomprehensibilities",
            "incomprehensibility",
        ]);
        let gap = prop::sample::select(vec![" ", "-", "", ", ", "  "]);
        prop::collection::vec((word, gap), 1..9)
            .prop_map(|words| words.into_iter().map(|(word, gap)| format!("{word}{gap}")).collect())
    }

    fn any_entity() -> impl Strategy<Value = Entity> {
        let prior = || prop::sample::select(vec![None, Some(0.0), Some(0.25), Some(0.5), Some(1.0)]);
        let alias = (any_name(), prior(), any::<bool>(), prop::sample::select(vec!["", "en", "de-AT"]));
        let alias = alias.prop_map(|(text, prior, short, language)| Alias {
            language_code: language.into(),
            kind: if short { AliasKind::Short } else { AliasKind::Full },
            prior,
            ..Alias::plain(text)
        });
        let case = prop::sample::select(vec![CaseRule::Auto, CaseRule::Exact, CaseRule::Any]);
        let kind = prop::sample::select(vec!["", "person", "city", "organization"]);
        // Some ids are given twice, which nobody checks here.
        let id = "[ab\\u{0}]{0,2}0{0,2}[0-9]{0,2}[ab]?";
        let lists = (
            prop::collection::btree_map("[ab]", "[ab]{0,2}", 0..3),
            prop::collection::vec(id, 0..3),
            prop::collection::vec(any_name(), 0..3),
        );
        let names = (any_name(), prop::collection::vec(alias, 0..5));
        (id, names, kind, case, prior(), lists).prop_map(|(id, names, kind, case, prior, lists)| Entity {
            id,
            name: names.0,
            aliases: names.1,
            kind: kind.into(),
            case,
            prior,
            attributes: lists.0,
            related: lists.1,
            context: lists.2,
        })
    }

    proptest! {
        #[test]
        fn what_was_put_aside_compiles_to_the_same(
            entities in prop::collection::vec(any_entity(), 0..30),
            memory in prop::sample::select(vec![1, 100, 1000, 10_000, 1 << 20]),
        ) {
            let bytes = spilled(&entities, store(memory)).map_err(|error| TestCaseError::fail(error.to_string()))?;
            prop_assert!(bytes == in_memory(&entities));
        }
    }
}
