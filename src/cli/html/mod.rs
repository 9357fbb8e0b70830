//! `onomast extract --format html`: documents with their mentions as one page that needs nothing else.
//!
//! Made from the answer as the protocol has it, with offsets in UTF-8. The page reads without its script: marks,
//! reasons and lists of entities are in the markup, and [`data`] says the rest to `page.js`. Nothing of a document or
//! gazetteer is ever markup ([`escape`]); beyond that the page's own policy runs no script and loads no thing but the
//! two that it holds. The same answers give the same bytes. Must not know: where documents come from.

mod data;
mod escape;
mod marks;
mod palette;

use std::{
    fmt::Write as _,
    io::{self, Write},
};

use sha2::{Digest as _, Sha256};

use self::{
    data::References,
    marks::{Edge, Mark},
    palette::Palette,
};
use super::names;
use crate::{
    extract::Input,
    service::proto::{ExtractResponse, Field, Mention},
};

const STYLE: &str = include_str!("page.css");
const SCRIPT: &str = include_str!("page.js");

/// The documents of a page.
#[derive(Debug, Default)]
pub(super) struct Page {
    documents: Vec<Document>,
}

#[derive(Debug)]
struct Document {
    title: String,
    text: String,
    response: ExtractResponse,
}

impl Page {
    /// Adds a document with its answer, whose offsets count bytes.
    pub(super) fn add(&mut self, input: Input<'_>, response: ExtractResponse) {
        self.documents.push(Document { title: input.title.to_owned(), text: input.text.to_owned(), response });
    }

    /// Writes the page.
    pub(super) fn write(&self, out: &mut impl Write) -> io::Result<()> {
        let answers = self.documents.iter().map(|document| &document.response);
        let types = answers.flat_map(|response| {
            let candidates = response.mentions.iter().flat_map(|mention| &mention.candidates);
            let linked = response.entities.iter().filter_map(|summary| summary.entity.as_ref());
            linked.chain(candidates.filter_map(|one| one.entity.as_ref())).map(|entity| entity.r#type.as_str())
        });
        let palette = Palette::new(types);
        let mut page = self.head(&palette);
        let mut all = Vec::with_capacity(self.documents.len());
        for (number, document) in self.documents.iter().enumerate() {
            let references = References::of(&document.response);
            self.document(&mut page, number, document, &references, &palette);
            all.push(data::document(&document.response, &references, &palette));
            out.write_all(page.as_bytes())?;
            page.clear();
        }
        let types: Vec<_> = palette.types().map(|kind| [escape::plain(kind), palette.classes(kind)]).collect();
        let data = escape::json(&serde_json::json!([types, all]));
        write!(
            out,
            "</main>\n<div id=\"card\" role=\"tooltip\" hidden></div>\n\
             <script type=\"application/json\" id=\"data\">{data}</script>\n\
             <script>{SCRIPT}</script>\n</body>\n</html>\n"
        )
    }

    /// Everything before the documents: policy, style, legend, and where there are several documents the way to each.
    fn head(&self, palette: &Palette) -> String {
        let title = match &self.documents[..] {
            [one] => name(one),
            all => format!("{} documents", all.len()),
        };
        let mut page = String::new();
        page.push_str("<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n");
        page.push_str("<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; base-uri 'none'; ");
        let (style, script) = (digest(STYLE), digest(SCRIPT));
        add(&mut page, format_args!("form-action 'none'; style-src '{style}'; script-src '{script}'\">\n"));
        page.push_str("<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n");
        page.push_str("<meta name=\"color-scheme\" content=\"light dark\">\n<title>");
        escape::line(&mut page, &title);
        add(&mut page, format_args!(" · Onomast</title>\n<style>{STYLE}</style>\n</head>\n<body>\n"));
        page.push_str("<header>\n<p class=\"brand\">Onomast</p>\n<ul class=\"legend\" aria-label=\"Types\">\n");
        let mut counts = vec![0; palette.types().count()];
        let mut unlinked = 0;
        for mention in self.documents.iter().flat_map(|document| &document.response.mentions) {
            match &mention.entity {
                Some(entity) => counts[palette.number(&entity.r#type)] += 1,
                None => unlinked += 1,
            }
        }
        let mut entry = |number: &str, classes: &str, name: &str, count: usize| {
            add(&mut page, format_args!("<li><label><input type=\"checkbox\" checked data-type=\"{number}\">"));
            add(&mut page, format_args!("<span class=\"m {classes}\">"));
            escape::line(&mut page, name);
            add(&mut page, format_args!("</span> <b>{count}</b></label></li>\n"));
        };
        for (number, kind) in palette.types().enumerate().filter(|&(number, _)| counts[number] > 0) {
            entry(&number.to_string(), &palette.classes(kind), label(kind), counts[number]);
        }
        if unlinked > 0 {
            entry("-1", "none", "no entity", unlinked);
        }
        page.push_str("</ul>\n<div class=\"tools\"><label><input type=\"checkbox\" id=\"labels\" checked>");
        page.push_str("labels</label><span class=\"keys\"><kbd>n</kbd> <kbd>p</kbd> mentions ");
        page.push_str("<kbd>Enter</kbd> entity <kbd>f</kbd> full name</span></div>\n</header>\n");
        if self.documents.len() > 1 {
            // A long list is in the way of the first document.
            let open = if self.documents.len() <= 20 { " open" } else { "" };
            let count = self.documents.len();
            add(&mut page, format_args!("<nav aria-label=\"Documents\"><details{open}><summary>{count} documents"));
            page.push_str("</summary><ol>\n");
            for (number, document) in self.documents.iter().enumerate() {
                add(&mut page, format_args!("<li><a href=\"#d{number}\">"));
                escape::line(&mut page, &name(document));
                add(&mut page, format_args!("</a> <b>{}</b></li>\n", document.response.mentions.len()));
            }
            page.push_str("</ol></details></nav>\n");
        }
        page.push_str("<main>\n");
        page
    }

    fn document(&self, page: &mut String, number: usize, document: &Document, all: &References<'_>, looks: &Palette) {
        let Document { title, text, response } = document;
        let (mentions, entities) = (response.mentions.len(), response.entities.len());
        add(page, format_args!("<article id=\"d{number}\">\n<div class=\"about\"><h2>"));
        escape::line(page, &name(document));
        let plural = |count: usize, one: &str, many: &str| format!("{count} {}", if count == 1 { one } else { many });
        let counts = [plural(mentions, "mention", "mentions"), plural(entities, "entity", "entities")];
        add(page, format_args!("</h2><p>{} of <a href=\"#d{number}e\">{}</a>", counts[0], counts[1]));
        if self.documents.len() > 1 {
            if number > 0 {
                add(page, format_args!(" · <a href=\"#d{}\">previous</a>", number - 1));
            }
            if number + 1 < self.documents.len() {
                add(page, format_args!(" · <a href=\"#d{}\">next</a>", number + 1));
            }
        }
        page.push_str("</p>");
        for cut in &response.truncations {
            add(page, format_args!("<p class=\"cut\">{} beyond the limit ", cut.dropped));
            escape::line(page, &cut.limit);
            add(page, format_args!(" of {}</p>", cut.value));
        }
        page.push_str("</div>\n<div class=\"text\">\n");
        for (field, text, element) in [(Field::Title, title, "h3"), (Field::Text, text, "div")] {
            if !text.is_empty() {
                add(page, format_args!("<{element} class=\"field\">"));
                self.field(page, number, field, text, response, all, looks);
                add(page, format_args!("</{element}>\n"));
            }
        }
        add(page, format_args!("</div>\n<aside id=\"d{number}e\" aria-label=\"Entities\"><h3>Entities</h3>\n<ol>\n"));
        let mut first = vec![None; all.list.len()];
        for (index, mention) in response.mentions.iter().enumerate() {
            if let Some(entity) = all.number(mention.entity.as_ref()) {
                first[entity].get_or_insert(index);
            }
        }
        for (index, (entity, count)) in all.list.iter().enumerate().take(entities) {
            let mention = first[index].unwrap_or_default();
            add(page, format_args!("<li id=\"d{number}e{index}\"><a class=\"e\" href=\"#d{number}m{mention}\">"));
            add(page, format_args!("<span class=\"m {}\">", looks.classes(&entity.r#type)));
            escape::line(page, &entity.name);
            add(page, format_args!("</span> <b>{count}</b></a><small>"));
            escape::line(page, label(&entity.r#type));
            page.push_str(" · ");
            identity(page, &entity.id);
            page.push_str(" · ");
            escape::line(page, &entity.gazetteer);
            page.push_str("</small></li>\n");
        }
        page.push_str("</ol>");
        if entities == 0 {
            page.push_str("<p>nothing found</p>");
        }
        page.push_str("</aside>\n</article>\n");
    }

    #[expect(clippy::too_many_arguments, reason = "a document in all its parts")]
    fn field(
        &self,
        page: &mut String,
        document: usize,
        field: Field,
        text: &str,
        response: &ExtractResponse,
        all: &References<'_>,
        looks: &Palette,
    ) {
        let here = response.mentions.iter().enumerate().filter(|(_, one)| one.field == i32::from(field));
        let mark = |(number, mention): (usize, &Mention)| Mark {
            range: mention.start.unwrap_or_default() as usize..mention.end.unwrap_or_default() as usize,
            number,
        };
        let marks: Vec<_> = here.map(mark).collect();
        marks::write(page, text, &marks, |page, edge| match edge {
            Edge::Open { number, first } => {
                let mention = &response.mentions[number];
                let classes = mention.entity.as_ref().map_or("none".into(), |entity| looks.classes(&entity.r#type));
                if !first {
                    add(page, format_args!("<mark class=\"m {classes}\" data-m=\"d{document}m{number}\">"));
                    return;
                }
                // One mention of a document is a stop of the tab key; the keys n and p go on from there.
                let stop = if number == 0 { "0" } else { "-1" };
                add(page, format_args!("<mark class=\"m {classes}\" id=\"d{document}m{number}\" tabindex=\"{stop}\""));
                page.push_str(" title=\"");
                escape::line(page, &reasons(mention));
                page.push_str("\">");
            }
            Edge::Close { number, last } => {
                if let Some(entity) = response.mentions[number].entity.as_ref().filter(|_| last) {
                    let index = all.number(Some(entity)).unwrap_or_default();
                    add(page, format_args!("<a class=\"k\" href=\"#d{document}e{index}\" tabindex=\"-1\">"));
                    escape::line(page, label(&entity.r#type));
                    page.push_str("</a>");
                }
                page.push_str("</mark>");
            }
        });
    }
}

/// What a document is called.
fn name(document: &Document) -> String {
    match (document.response.document_id.as_str(), document.title.as_str()) {
        ("", "") => "document".into(),
        ("", title) => title.into(),
        (id, _) => id.into(),
    }
}

fn label(kind: &str) -> &str {
    if kind.is_empty() { "entity" } else { kind }
}

/// Why a mention links as it does, in a line.
fn reasons(mention: &Mention) -> String {
    let entity = match &mention.entity {
        Some(entity) => format!("{} · {}", entity.name, entity.id),
        None => "no entity".into(),
    };
    let forms: Vec<_> = mention.forms.iter().map(|&form| names::form(form)).collect();
    let rule = names::rule(mention.rule).map(|rule| format!(" · {rule}")).unwrap_or_default();
    format!("{entity} · {} · {}{rule}", mention.score, forms.join(", "))
}

/// An id, as a link where the world knows it.
fn identity(page: &mut String, id: &str) {
    match data::link(id) {
        Some(link) => add(page, format_args!("<a href=\"{link}\" rel=\"noreferrer\">{id}</a>")),
        None => escape::line(page, id),
    }
}

/// Appends what is formatted; writing to a string does not fail.
fn add(page: &mut String, what: std::fmt::Arguments<'_>) {
    let _ = page.write_fmt(what);
}

/// The digest of an inline style or script, as the policy names it.
fn digest(text: &str) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut encoded = String::from("sha256-");
    for chunk in Sha256::digest(text.as_bytes()).chunks(3) {
        let group = chunk.iter().fold(0, |group: u32, &byte| group << 8 | u32::from(byte)) << (8 * (3 - chunk.len()));
        for place in 0..4 {
            let digit = DIGITS[(group >> (18 - 6 * place) & 63) as usize];
            encoded.push(if place <= chunk.len() { char::from(digit) } else { '=' });
        }
    }
    encoded
}
