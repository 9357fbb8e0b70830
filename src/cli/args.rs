//! What the user may type.

use std::path::PathBuf;

use clap::{Args, Parser, Subcommand, ValueEnum};
use toml::Value;

use crate::{
    catalog::is_segment,
    config::{CONFIG_VARIABLE, Config, ConfigError, SERVER_VARIABLE, TOKEN_VARIABLE},
    extract::Overlap,
    gazetteer::Rule,
    index::{Form, Forms},
    service::Connection,
    text::OffsetEncoding,
};

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

/// The settings of the server, from a file, the environment and flags.
#[derive(Debug, Args)]
pub(super) struct ServerSettings {
    /// A TOML file with settings.
    #[arg(long, value_name = "FILE", env = CONFIG_VARIABLE)]
    config: Option<PathBuf>,
    /// The IP address and the port to listen on, such as 0.0.0.0:50051; without this 127.0.0.1:50051, which only this
    /// machine reaches. Port 0 takes any that is free. [setting server.listen]
    #[arg(long, value_name = "ADDRESS")]
    listen: Option<String>,
    /// The address of the admin port with /metrics, /livez and /readyz; there is none by default. [setting server.admin]
    #[arg(long, value_name = "ADDRESS")]
    admin: Option<String>,
    /// Serve other machines although there is no TLS, or nobody is asked who they are. [setting server.insecure]
    #[arg(long)]
    insecure: bool,
    /// A gazetteer file (.jsonl, .csv, .tsv, .segment, or a name a line); may be given again. [setting gazetteers.files]
    #[arg(long, value_name = "FILE")]
    gazetteer: Vec<PathBuf>,
    /// Keep gazetteers that are changed while serving in this folder. [setting gazetteers.data]
    #[arg(long, value_name = "FOLDER")]
    data: Option<PathBuf>,
    /// Keep them in this PostgreSQL database, postgres://user@host/name. [setting gazetteers.database]
    #[arg(long, value_name = "ADDRESS")]
    database: Option<String>,
    /// Do not load the starter gazetteer. [setting gazetteers.starter]
    #[arg(long)]
    no_default_gazetteer: bool,
    /// Leave out gazetteer lines with issues instead of refusing to start. [setting gazetteers.skip_bad_lines]
    #[arg(long)]
    skip_bad_lines: bool,
    /// What to log: a level, or directives such as onomast=debug. [setting log.level]
    #[arg(long, value_name = "LEVEL")]
    log_level: Option<String>,
    /// How to log: text or json. [setting log.format]
    #[arg(long, value_name = "FORMAT")]
    log_format: Option<String>,
    /// Any other setting, such as limits.document_bytes=1000000; may be given again.
    #[arg(long, value_name = "KEY=VALUE", value_parser = key_value)]
    set: Vec<(String, String)>,
}

fn key_value(text: &str) -> Result<(String, String), String> {
    let (key, value) = text.split_once('=').ok_or("the form is KEY=VALUE")?;
    Ok((key.trim().to_owned(), value.trim().to_owned()))
}

impl ServerSettings {
    /// The settings that all of this makes, with the environment of the process.
    pub(super) fn load(&self) -> Result<Config, ConfigError> {
        let Self {
            config,
            listen,
            admin,
            insecure,
            gazetteer,
            data,
            database,
            no_default_gazetteer,
            skip_bad_lines,
            log_level,
            log_format,
            set,
        } = self;
        let mut flags = Vec::new();
        let mut flag = |key: &str, value: Value, name: &str| flags.push((key.to_owned(), value, name.to_owned()));
        let text = |text: &String| Value::String(text.clone());
        if let Some(listen) = listen {
            flag("server.listen", text(listen), "--listen");
        }
        if let Some(admin) = admin {
            flag("server.admin", text(admin), "--admin");
        }
        if *insecure {
            flag("server.insecure", true.into(), "--insecure");
        }
        if !gazetteer.is_empty() {
            let files = gazetteer.iter().map(|file| Value::String(file.to_string_lossy().into_owned()));
            flag("gazetteers.files", Value::Array(files.collect()), "--gazetteer");
        }
        if let Some(data) = data {
            flag("gazetteers.data", Value::String(data.to_string_lossy().into_owned()), "--data");
        }
        if let Some(database) = database {
            flag("gazetteers.database", text(database), "--database");
        }
        if *no_default_gazetteer {
            flag("gazetteers.starter", false.into(), "--no-default-gazetteer");
        }
        if *skip_bad_lines {
            flag("gazetteers.skip_bad_lines", true.into(), "--skip-bad-lines");
        }
        if let Some(level) = log_level {
            flag("log.level", text(level), "--log-level");
        }
        if let Some(format) = log_format {
            flag("log.format", text(format), "--log-format");
        }
        for (key, value) in set {
            flag(key, text(value), "--set");
        }
        // A variable that is not Unicode is none of ours.
        let environment = std::env::vars_os();
        let environment =
            environment.filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)));
        let config = config.as_deref().filter(|file| !file.as_os_str().is_empty());
        Config::load(config, environment, flags)
    }
}

/// Serve extraction over gRPC, with health checks and reflection.
#[derive(Debug, Args)]
pub(super) struct Serve {
    #[command(flatten)]
    pub(super) settings: ServerSettings,
}

/// What to search and how: the same for every subcommand that extracts.
#[derive(Debug, Args)]
pub(super) struct Search {
    /// A gazetteer file (.jsonl, .csv, .tsv, .segment, or a name a line); may be given again.
    #[arg(long, value_name = "FILE")]
    pub(super) gazetteer: Vec<PathBuf>,
    /// Leave out gazetteer lines with issues, and say which.
    #[arg(long)]
    pub(super) skip_bad_lines: bool,
    /// What becomes of mentions that overlap.
    #[arg(long, value_enum, value_name = "POLICY", default_value_t = OverlapPolicy::Longest)]
    pub(super) overlap: OverlapPolicy,
    /// Only entities of this type; may be given again.
    #[arg(long = "type", value_name = "TYPE")]
    pub(super) include_types: Vec<String>,
    /// No entities of this type; may be given again.
    #[arg(long = "not-type", value_name = "TYPE")]
    pub(super) exclude_types: Vec<String>,
    /// A weaker form not to accept, or a rule not to apply; may be given again or with commas.
    #[arg(long, value_name = "FORM|RULE", value_delimiter = ',', value_parser = way)]
    pub(super) without: Vec<Way>,
    /// A weaker form to accept that is not by default: split, long-s; may be given again or with commas.
    #[arg(long, value_name = "FORM", value_delimiter = ',', value_parser = form_on_request)]
    pub(super) with: Vec<Form>,
    /// The score, from 0 to 1, below which a mention links to no entity.
    #[arg(long, value_name = "SCORE", default_value_t = 0.0, value_parser = score, allow_negative_numbers = true)]
    pub(super) min_score: f64,
    /// The most mentions to give for a document.
    #[arg(long, value_name = "COUNT", value_parser = clap::value_parser!(u32).range(1..), allow_negative_numbers = true)]
    pub(super) max_mentions: Option<u32>,
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

/// What may be switched off.
#[derive(Debug, Clone, Copy)]
pub(super) enum Way {
    Form(Form),
    Rule(Rule),
}

impl Way {
    /// The form, if it is one.
    pub(super) fn form(self) -> Option<Form> {
        if let Self::Form(form) = self { Some(form) } else { None }
    }

    /// The rule, if it is one.
    pub(super) fn rule(self) -> Option<Rule> {
        if let Self::Rule(rule) = self { Some(rule) } else { None }
    }
}

fn way(text: &str) -> Result<Way, String> {
    let form = Form::ALL.into_iter().find(|form| form.as_str() == text).map(Way::Form);
    let mut rules = Rule::ALL.into_iter().filter(|rule| *rule != Rule::Form);
    let rule = rules.clone().find(|rule| rule.as_str() == text).map(Way::Rule);
    form.or(rule).ok_or_else(|| {
        let forms = Form::ALL.map(Form::as_str).join(", ");
        let first = rules.next().map(Rule::as_str).unwrap_or_default();
        let rules = rules.fold(first.to_owned(), |all, rule| format!("{all}, {rule}"));
        format!("the forms are {forms}; the rules are {rules}")
    })
}

fn form_on_request(text: &str) -> Result<Form, String> {
    let on_request = |form: &Form| Forms::ON_REQUEST.has(*form);
    let names = Forms::ON_REQUEST.iter().map(Form::as_str).collect::<Vec<_>>().join(", ");
    Form::ALL
        .into_iter()
        .find(|form| form.as_str() == text)
        .filter(on_request)
        .ok_or(format!("the forms that are off by default are {names}"))
}

fn score(text: &str) -> Result<f64, String> {
    let score = text.parse().map_err(|_| "a number from 0 to 1 is asked for".to_owned())?;
    if (0.0..=1.0).contains(&score) { Ok(score) } else { Err("a number from 0 to 1 is asked for".into()) }
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

/// See and change the gazetteers of a running server. Answers are proto3 JSON, one a line.
#[derive(Debug, Args)]
pub(super) struct Gazetteer {
    #[command(subcommand)]
    pub(super) verb: Verb,
    #[command(flatten)]
    pub(super) server: ServerAddress,
}

/// The server to speak to.
#[derive(Debug, Args)]
pub(super) struct ServerAddress {
    /// The address of the server; https:// speaks TLS, and so does another machine without http:// before it.
    #[arg(
        long,
        global = true,
        value_name = "ADDRESS",
        env = SERVER_VARIABLE,
        default_value = "http://127.0.0.1:50051"
    )]
    server: String,
    /// A token that says who calls; better given in the environment.
    #[arg(long, global = true, value_name = "TOKEN", env = TOKEN_VARIABLE, hide_env_values = true)]
    token: Option<String>,
    /// The certificate of the authority that the server's is of, as PEM; without, those of the system count.
    #[arg(long, global = true, value_name = "FILE")]
    authority: Option<PathBuf>,
    /// A certificate that says who calls, as PEM.
    #[arg(long, global = true, value_name = "FILE", requires = "key")]
    certificate: Option<PathBuf>,
    /// The key of that certificate, as PEM.
    #[arg(long, global = true, value_name = "FILE", requires = "certificate")]
    key: Option<PathBuf>,
}

impl ServerAddress {
    pub(super) fn connection(self) -> Connection {
        let Self { server, token, authority, certificate, key } = self;
        Connection { address: server, token, authority, identity: certificate.zip(key) }
    }
}

#[derive(Debug, Subcommand)]
pub(super) enum Verb {
    /// List the gazetteers.
    List,
    /// Tell what a gazetteer is.
    Get { name: String },
    /// Make an empty gazetteer.
    Create {
        name: String,
        /// What it is, for people.
        #[arg(long, value_name = "TEXT", default_value = "", hide_default_value = true)]
        description: String,
    },
    /// Delete a gazetteer with all its versions.
    Delete {
        name: String,
        /// Only if this is its newest version.
        #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
        if_version: String,
    },
    /// Send a file as one new version; makes the gazetteer if there is none.
    Import(ImportFile),
    /// Print every entity, in the JSON Lines that import reads.
    Export {
        gazetteer: String,
        /// The version; by default the newest.
        #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
        version: String,
    },
    /// Print one entity.
    Entity {
        gazetteer: String,
        id: String,
        /// The version; by default the newest.
        #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
        version: String,
    },
    /// Add entities, or replace those of the same ids.
    Put {
        gazetteer: String,
        /// Entities in proto3 JSON, as a line of a gazetteer file has them.
        #[arg(required = true, value_name = "JSON")]
        entity: Vec<String>,
        /// Only if this is the newest version.
        #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
        if_version: String,
    },
    /// Remove entities.
    Remove {
        gazetteer: String,
        #[arg(required = true, value_name = "ID")]
        ids: Vec<String>,
        /// Only if this is the newest version.
        #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
        if_version: String,
    },
    /// List the versions that are kept, the newest first.
    Versions { gazetteer: String },
    /// Make a new version with the content of an old one.
    Rollback {
        gazetteer: String,
        to_version: String,
        /// Only if this is the newest version.
        #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
        if_version: String,
    },
    /// Tell of every change until interrupted.
    Watch {
        /// The gazetteers to tell of; by default all.
        gazetteers: Vec<String>,
        /// The checkpoint of the last line that was dealt with; by default all gazetteers come first.
        #[arg(long, value_name = "CHECKPOINT", default_value = "", hide_default_value = true)]
        checkpoint: String,
    },
}

/// A file to import.
#[derive(Debug, Args)]
pub(super) struct ImportFile {
    /// A gazetteer file (.jsonl, .csv, .tsv, or a name a line).
    pub(super) file: PathBuf,
    /// The gazetteer; by default the name of the file without its extension, in small letters.
    #[arg(long, value_name = "NAME")]
    pub(super) name: Option<String>,
    /// Delete what the gazetteer has and the file has not.
    #[arg(long)]
    pub(super) replace: bool,
    /// Leave out lines with issues, and say which.
    #[arg(long)]
    pub(super) skip_bad_lines: bool,
    /// Let the server look for issues, and import nothing.
    #[arg(long)]
    pub(super) check_only: bool,
    /// Only if this is the newest version.
    #[arg(long, value_name = "VERSION", default_value = "", hide_default_value = true)]
    pub(super) if_version: String,
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

#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum OverlapPolicy {
    Longest,
    Outermost,
    All,
}

impl From<OverlapPolicy> for Overlap {
    fn from(policy: OverlapPolicy) -> Self {
        match policy {
            OverlapPolicy::Longest => Self::Longest,
            OverlapPolicy::Outermost => Self::Outermost,
            OverlapPolicy::All => Self::All,
        }
    }
}
