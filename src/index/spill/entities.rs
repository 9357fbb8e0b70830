//! Entities in the order of their ids, and the ids that they are related to.
//!
//! Must not know: names, words.

use std::cmp::Ordering;

use super::{
    super::{
        bounds::Most, compile::CompileError, entities::EntityRecord, front::FrontCoder, ids::natural, strings::text,
    },
    Spill,
    aside::{ENTITY_HEAD, RELATED_HEAD},
    piles::u32_at,
    section::Spooled,
    sorter::{Order, Sorted, Sorter},
};

/// The name of an entity that has none yet.
pub(super) const NO_NAME: u32 = u32::MAX;

/// Entities by number.
pub(super) struct Ranked<'s> {
    /// The number of each, in the order in which they came.
    pub(super) rank: Vec<u32>,
    /// Each, with [`NO_NAME`].
    pub(super) records: Vec<EntityRecord>,
    pub(super) id_blocks: Spooled<'s>,
    pub(super) ids: Spooled<'s>,
    /// The numbers of entities and of those they are related to.
    pub(super) related: Sorter<'s>,
    pub(super) absent_ends: Spooled<'s>,
    pub(super) absent: Spooled<'s>,
}

/// Numbers `count` entities in the order of their ids, and finds those that others are related to.
pub(super) fn rank<'s>(
    spill: &'s dyn Spill,
    count: u32,
    most: Most,
    entities: Sorter<'s>,
    related: Sorter<'s>,
) -> Result<Ranked<'s>, CompileError> {
    let mut rank = vec![0; count as usize];
    let mut records = Vec::with_capacity(count as usize);
    let (mut id_blocks, mut ids) = (Spooled::new(spill), Spooled::new(spill));
    let mut coder = FrontCoder::default();
    let mut coded = Vec::new();
    let (mut entities, mut related) = (entities.finish()?, related.finish()?);
    // Who is related to whom, by the number that it came with and that which it has.
    let mut found = Sorter::new(spill, Order::BYTES);
    // Ids that no entity has, with who is related to them.
    let mut absent = Sorter::new(spill, Order { head: RELATED_HEAD, ids: false });
    while let Some(entity) = entities.peek() {
        let (head, id) = entity.split_at(ENTITY_HEAD);
        let number = records.len() as u32;
        let mut given = [0; 4];
        given.copy_from_slice(&head[..4]);
        rank[u32::from_be_bytes(given) as usize] = number;
        let (kind, name_len) = (u16::from_le_bytes([head[4], head[5]]), u16::from_le_bytes([head[6], head[7]]));
        records.push(EntityRecord::new(NO_NAME, name_len, kind, u32_at(head, 8)));
        coded.clear();
        if coder.push(id, &mut coded) {
            id_blocks.push_value(ids.len() as u32)?;
        }
        ids.push(&coded)?;
        while let Some(record) = related.peek() {
            match natural(text(&record[RELATED_HEAD..]), text(id)) {
                Ordering::Less => absent.push(record)?,
                Ordering::Equal => found.push(&pair(u32_at(record, 0), number))?,
                Ordering::Greater => break,
            }
            related.advance()?;
        }
        entities.advance()?;
    }
    drop(entities);
    while let Some(record) = related.peek() {
        absent.push(record)?;
        related.advance()?;
    }
    drop(related);
    let mut links = Sorter::new(spill, Order::BYTES);
    let mut found = found.finish()?;
    while let Some((given, number)) = next_pair(&mut found)? {
        links.push(&pair(rank[given as usize], number))?;
    }
    let (mut absent_ends, mut bytes) = (Spooled::new(spill), Spooled::new(spill));
    let (mut absent, mut last, mut next) = (absent.finish()?, None, records.len() as u32);
    while let Some(record) = absent.peek() {
        let id = &record[RELATED_HEAD..];
        if last.as_deref() != Some(id) {
            last = Some(id.to_vec());
            bytes.push(id)?;
            most.holds_absent(bytes.len())?;
            absent_ends.push_value(bytes.len() as u32)?;
            next += 1;
        }
        links.push(&pair(rank[u32_at(record, 0) as usize], next - 1))?;
        absent.advance()?;
    }
    Ok(Ranked { rank, records, id_blocks, ids, related: links, absent_ends, absent: bytes })
}

/// Two numbers as a record: in order by the first, then by the second.
pub(super) fn pair(one: u32, other: u32) -> [u8; 8] {
    (u64::from(one) << 32 | u64::from(other)).to_be_bytes()
}

/// The pair that stands next.
pub(super) fn peek_pair(pairs: &Sorted) -> Option<(u32, u32)> {
    let mut bytes = [0; 8];
    bytes.copy_from_slice(pairs.peek()?.get(..8)?);
    let both = u64::from_be_bytes(bytes);
    Some(((both >> 32) as u32, both as u32))
}

/// Takes the next pair, and leaves out all that are the same.
pub(super) fn next_pair(pairs: &mut Sorted) -> Result<Option<(u32, u32)>, CompileError> {
    let next = peek_pair(pairs);
    while next.is_some() && peek_pair(pairs) == next {
        pairs.advance()?;
    }
    Ok(next)
}
