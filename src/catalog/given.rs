//! Reading the entities of a gazetteer that was given as a file, out of its compiled form.
//!
//! Must not know: requests.

use super::{Gazetteer, store::PAGE_BYTES};
use crate::{gazetteer::write_json, index::EntityId};

/// An entity, as [`crate::index::Segment::given`] has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Given {
    /// Its id.
    pub id: String,
    /// Its JSON.
    pub content: String,
}

impl Gazetteer {
    /// The entity of that id in the compiled form, which is all there is of a gazetteer that was given as a file.
    pub fn given(&self, id: &str) -> Option<Given> {
        self.segment().find(id).map(|entity| self.made(entity))
    }

    /// Entities behind an id, in the order of [`crate::index::natural`], and whether there are more: at most `limit`, and
    /// not many where they are large.
    pub fn given_behind(&self, after: &str, limit: usize) -> (Vec<Given>, bool) {
        let count = self.segment().entities().len() as u32;
        let (mut page, mut bytes) = (Vec::new(), 0);
        for number in self.segment().behind(after)..count {
            if page.len() >= limit || bytes >= PAGE_BYTES {
                return (page, true);
            }
            let one = self.made(EntityId(number));
            bytes += one.content.len();
            page.push(one);
        }
        (page, false)
    }

    fn made(&self, id: EntityId) -> Given {
        let entity = self.segment().given(id);
        Given { content: write_json(&entity), id: entity.id }
    }
}
