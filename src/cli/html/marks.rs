//! A text with its mentions as nested elements, where mentions may nest and cross.
//!
//! Elements of a page can only nest. A mention that begins inside another and ends behind it is closed with the outer
//! one and goes on in a second piece. The text of the page, without labels, is exactly the text of the document, but
//! for what [`escape`] makes visible. Must not know: gazetteers, what a mark looks like.

use std::ops::Range;

use super::escape;

/// What to mark: a range of bytes on character boundaries.
#[derive(Debug, Clone)]
pub(super) struct Mark {
    pub(super) range: Range<usize>,
    /// The number by which the caller knows it.
    pub(super) number: usize,
}

/// A place where an element of a mark begins or ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Edge {
    /// A piece begins; `first` where it is the first of its mark.
    Open { number: usize, first: bool },
    /// A piece ends; `last` where it is the last of its mark.
    Close { number: usize, last: bool },
}

/// The least size of a block, in bytes: large enough to be few, small enough to be laid out alone.
const BLOCK: usize = 1200;

/// Appends the text in blocks, with what `edge` writes at each edge. `marks` are in order of their starts, at one start
/// the longest first.
///
/// A block ends behind a line break that no mark covers, so that a page can lay out only what is seen.
pub(super) fn write(out: &mut String, text: &str, marks: &[Mark], mut edge: impl FnMut(&mut String, Edge)) {
    let mut open: Vec<&Mark> = Vec::new();
    let mut marks = marks.iter().peekable();
    let mut at = 0;
    let mut block = 0;
    out.push_str(BLOCK_OPEN);
    loop {
        let ends = open.iter().map(|mark| mark.range.end).min();
        let starts = marks.peek().map(|mark| mark.range.start);
        let next = [ends, starts].into_iter().flatten().min().unwrap_or(text.len());
        if open.is_empty() {
            // Only whole lines move to a new block.
            while let Some(found) = text[at..next].find('\n').filter(|_| next - block >= BLOCK) {
                let cut = if at + found + 1 - block >= BLOCK {
                    at + found + 1
                } else {
                    // The first line break at which the block is large enough.
                    let from = floor(text, block + BLOCK - 1);
                    match text[from..next].find('\n') {
                        Some(found) => from + found + 1,
                        None => break,
                    }
                };
                escape::text(out, &text[at..cut]);
                at = cut;
                block = cut;
                if cut < text.len() {
                    out.push_str("</div>\n");
                    out.push_str(BLOCK_OPEN);
                }
            }
        }
        escape::text(out, &text[at..next]);
        at = next;
        if ends.is_none() && starts.is_none() {
            break;
        }
        // Everything that ends here is closed first, and what it holds that goes on is opened again.
        let mut again = Vec::new();
        while open.iter().any(|mark| mark.range.end == at) {
            let Some(mark) = open.pop() else { break };
            let last = mark.range.end == at;
            edge(out, Edge::Close { number: mark.number, last });
            if !last {
                again.push(mark);
            }
        }
        for mark in again.into_iter().rev() {
            edge(out, Edge::Open { number: mark.number, first: false });
            open.push(mark);
        }
        while let Some(mark) = marks.next_if(|mark| mark.range.start == at) {
            edge(out, Edge::Open { number: mark.number, first: true });
            open.push(mark);
        }
    }
    out.push_str("</div>\n");
}

const BLOCK_OPEN: &str = "<div class=\"b\" dir=\"auto\">";

/// The last character boundary at or before a byte.
fn floor(text: &str, at: usize) -> usize {
    (0..=at.min(text.len())).rev().find(|&at| text.is_char_boundary(at)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(text: &str, ranges: &[Range<usize>]) -> String {
        let marks: Vec<_> =
            ranges.iter().enumerate().map(|(number, range)| Mark { range: range.clone(), number }).collect();
        let mut out = String::new();
        write(&mut out, text, &marks, |out, edge| match edge {
            Edge::Open { number, first: true } => out.push_str(&format!("[{number} ")),
            Edge::Open { number, first: false } => out.push_str(&format!("[{number}+ ")),
            Edge::Close { last, .. } => out.push_str(if last { "]" } else { "~]" }),
        });
        out
    }

    fn block(inner: &str) -> String {
        format!("{BLOCK_OPEN}{inner}</div>\n")
    }

    #[test]
    fn mentions_nest_and_cross() {
        assert_eq!(of("", &[]), block(""));
        assert_eq!(of("ab", &[0..1, 1..2]), block("[0 a][1 b]"));
        assert_eq!(of("abcd", &[0..4, 0..2, 2..4]), block("[0 [1 ab][2 cd]]"));
        assert_eq!(of("abcd", &[0..3, 1..4]), block("[0 a[1 bc~]][1+ d]"));
        assert_eq!(of("abcdef", &[0..4, 1..5, 2..6]), block("[0 a[1 b[2 cd~]~]][1+ [2+ e~]][2+ f]"));
        assert_eq!(of("ab", &[0..2, 0..2]), block("[0 [1 ab]]"));
    }

    #[test]
    fn blocks_end_behind_lines_and_never_inside_a_mention() {
        let line = "x".repeat(BLOCK) + "\n";
        let text = line.repeat(3);
        assert_eq!(of(&text, &[]), block(&line).repeat(3));
        let across = BLOCK - 1..BLOCK + 3;
        let page = of(&text, &[across]);
        assert_eq!(page.matches(BLOCK_OPEN).count(), 2, "{page}");
        let short = "é\n\n".repeat(BLOCK);
        let page = of(&short, &[]);
        assert_eq!(page.replace(BLOCK_OPEN, "").replace("</div>\n", ""), short);
        assert_eq!(page.matches(BLOCK_OPEN).count(), 4);
    }
}
