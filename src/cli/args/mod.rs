//! What the user may type.

mod gazetteer;
mod search;
mod settings;

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};

use crate::{catalog::is_segment, text::OffsetEncoding};

pub(super) use gazetteer::{Gazetteer, ImportFile, Verb};
pub(super) use search::Search;
pub(super) use settings::ServerSettings;

/// Finds the entities of a gazetteer in documents: exactly where, which entity, and why.
#[derive(Debug, Parser)]
#[command(name = "onomast", version, max_term_width = 100)]
pub(super) struct Arguments {
    #[command(subcommand)]
    pub(super) command: Command,
}

#[derive(Debug, Subcommand)]
pub(super) enum Command {
    /// Serve extraction over gRPC.
    Serve(Serve),
    /// Find entities in files.
    Extract(Extract),
    /// Compare what is found with what is expected: precision, recall and F1 of spans and of links.
    ///
    /// A mention counts where it lies within the evaluationSpan of its document and links to an entity. Its span is right
    /// where one with the same start and end is expected, its link where one of the expected ids is given, too. A mention
    /// for which none of the expected ids is in the gazetteers, and of a wanted type, is neither right nor wrong, and
    /// neither is an answer at its span. Titles give context; mentions in them do not count.
    Eval(Eval),
    /// Say why a name or an entity was found, or was not.
    Explain(Explain),
    /// Report everything that is wrong with gazetteer files.
    Check(Check),
    /// Compile gazetteer files into one segment file, which opens at once at any size.
    Compile(Compile),
    /// See and change the gazetteers of a running server.
    Gazetteer(Gazetteer),
    /// Make a random token for a client, and print it with what the access file shall hold of it.
    Token,
    /// Print the effective settings and where each came from.
    Config(ServerSettings),
}

/// Serve extraction over gRPC, with health checks and reflection.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) settings: ServerSettings,
}

/// The documents to read.
#[derive(Debug, Args)]
pub(super) struct Inputs {
    /// Files to read: text, or .jsonl with one Document in proto3 JSON a line; - is standard input.
    #[arg(required = true, value_name = "INPUT")]
    pub(super) files: Vec<PathBuf>,
    /// What standard input and files hold; auto goes by the extension, and takes standard input for text.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = InputFormat::Auto)]
    pub(super) input_format: InputFormat,
}

/// Find entities in text files, in `.jsonl` files with one Document a line, or in standard input (`-`).
#[derive(Debug, Args)]
pub(super) struct Extract {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    #[command(flatten)]
    pub(super) search: Search,
    /// Do not search the starter gazetteer.
    #[arg(long)]
    pub(super) no_default_gazetteer: bool,
    /// What to print; auto is text on a terminal, else jsonl; html is one page to open in a browser.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = OutputFormat::Auto)]
    pub(super) format: OutputFormat,
    /// When to colour text; auto does on a terminal, unless NO_COLOR is set.
    #[arg(long, value_enum, value_name = "WHEN", default_value_t = Colour::Auto)]
    pub(super) color: Colour,
    /// The unit of offsets in jsonl; text and html show none.
    #[arg(long, value_enum, value_name = "UNIT", default_value_t = Offsets::Utf8)]
    pub(super) offsets: Offsets,
    /// Say in jsonl of each mention why it links as it does; html always does.
    #[arg(long)]
    pub(super) explain: bool,
}

/// Say why a name or an entity was found in files, or was not: every place, with what decided.
#[derive(Debug, Args)]
#[command(group = clap::ArgGroup::new("subject").required(true))]
pub(super) struct Explain {
    #[command(flatten)]
    pub(super) inputs: Inputs,
    /// A name, as it may stand in the text.
    #[arg(long, group = "subject", value_name = "NAME")]
    pub(super) name: Option<String>,
    /// The id of an entity.
    #[arg(long, group = "subject", value_name = "ID")]
    pub(super) entity: Option<String>,
    #[command(flatten)]
    pub(super) search: Search,
    /// Do not search the starter gazetteer.
    #[arg(long)]
    pub(super) no_default_gazetteer: bool,
    /// What to print: text for people, or the answer of ExplainMatch in proto3 JSON, a document a line.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = ExplainFormat::Text)]
    pub(super) format: ExplainFormat,
    /// The unit of offsets.
    #[arg(long, value_enum, value_name = "UNIT", default_value_t = Offsets::Utf8)]
    pub(super) offsets: Offsets,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum ExplainFormat {
    Text,
    Jsonl,
}

/// Compare what is found with what is expected: precision, recall and F1 of spans and of links.
#[derive(Debug, Args)]
pub(super) struct Eval {
    /// The documents: .jsonl with one Document in proto3 JSON a line, each with an id of its own.
    #[arg(long, value_name = "FILE")]
    pub(super) documents: PathBuf,
    /// What is expected: a line {"id", "evaluationSpan": [from, to], "mentions": [{"start", "end", "text",
    /// "entityIds": []}]} for each document, in code points of its text; without evaluationSpan all of the text counts.
    #[arg(long, value_name = "FILE")]
    pub(super) expected: PathBuf,
    #[command(flatten)]
    pub(super) search: Search,
    /// Search the starter gazetteer, too.
    #[arg(long)]
    pub(super) default_gazetteer: bool,
    /// Where to write what is wrong, as JSON Lines: each missed mention, wrong link and extra mention.
    #[arg(long, value_name = "FILE")]
    pub(super) errors: Option<PathBuf>,
    /// How to print the result.
    #[arg(long, value_enum, value_name = "FORMAT", default_value_t = EvalFormat::Text)]
    pub(super) format: EvalFormat,
}

/// Report everything that is wrong with gazetteer files, as `file:line: code: message`.
#[derive(Debug, Args)]
pub(super) struct Check {
    /// Gazetteer files.
    #[arg(required = true, value_name = "GAZETTEER")]
    pub(super) files: Vec<PathBuf>,
}

/// Compile gazetteer files into one segment file, which opens at once at any size.
#[derive(Debug, Args)]
pub(super) struct Compile {
    /// Gazetteer files (.jsonl, .csv, .tsv, or a name a line), which together make one gazetteer.
    #[arg(required = true, value_name = "GAZETTEER")]
    pub(super) files: Vec<PathBuf>,
    /// The file to write; its name without .segment is that of the gazetteer.
    #[arg(long, short, value_name = "FILE.segment", value_parser = segment)]
    pub(super) output: PathBuf,
    /// Leave out gazetteer lines with issues, and say which.
    #[arg(long)]
    pub(super) skip_bad_lines: bool,
}

fn segment(text: &str) -> Result<PathBuf, String> {
    let file = PathBuf::from(text);
    let wrong = "the name must end in .segment, by which serve and extract know such a file";
    if is_segment(&file) { Ok(file) } else { Err(wrong.into()) }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum InputFormat {
    Auto,
    Text,
    Jsonl,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OutputFormat {
    Auto,
    Text,
    Jsonl,
    Html,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum EvalFormat {
    Text,
    Json,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Colour {
    Auto,
    Always,
    Never,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Offsets {
    Utf8,
    Utf16,
    CodePoints,
}

impl From<Offsets> for OffsetEncoding {
    fn from(offsets: Offsets) -> Self {
        match offsets {
            Offsets::Utf8 => Self::Utf8,
            Offsets::Utf16 => Self::Utf16,
            Offsets::CodePoints => Self::CodePoints,
        }
    }
}
