//! The layers: a module may use only modules below it, and each heavy dependency has one home.

use std::{
    fs,
    path::{Path, PathBuf},
};

use crate::support::repository;

/// From the lowest to the highest. Each may use those before it.
const LAYERS: [&str; 8] = ["text", "gazetteer", "index", "extract", "observe", "catalog", "service", "cli"];

/// Dependencies and the only module that may name them.
const HOMES: [(&str, &[&str]); 30] = [
    ("aho_corasick", &["index"]),
    ("memmap2", &["index"]),
    ("bytemuck", &["index"]),
    ("crc32fast", &["index"]),
    ("tonic", &["service"]),
    ("tonic_types", &["service"]),
    ("prost", &["service"]),
    ("tower", &["service"]),
    ("clap", &["cli"]),
    ("anyhow", &["cli"]),
    ("indicatif", &["cli"]),
    ("icu_casemap", &["text"]),
    ("icu_normalizer", &["text"]),
    ("icu_properties", &["text"]),
    ("tracing_subscriber", &["telemetry"]),
    ("opentelemetry", &["observe", "telemetry"]),
    ("opentelemetry_sdk", &["telemetry"]),
    ("opentelemetry_otlp", &["telemetry"]),
    ("opentelemetry_prometheus", &["telemetry"]),
    ("prometheus", &["telemetry"]),
    ("axum", &["service"]),
    ("h2", &["service"]),
    ("hyper", &["service"]),
    ("hyper_util", &["service"]),
    ("rustix", &["catalog", "cli"]),
    ("http_body", &["service"]),
    ("sqlx", &["catalog"]),
    ("tokio_rustls", &["service"]),
    ("jsonwebtoken", &["service"]),
    ("x509_parser", &["service"]),
];

/// What the pure layers may not name.
const IMPURE: [&str; 4] = ["tokio", "tracing", "static mut", "thread_local"];
const IMPURE_OF_STD: [&str; 6] = ["env", "fs", "net", "process", "thread", "time"];

/// Every source file with the name of its top module.
fn sources() -> Vec<(String, PathBuf, String)> {
    fn walk(folder: &Path, files: &mut Vec<PathBuf>) {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                walk(&path, files);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                files.push(path);
            }
        }
    }
    let root = repository("src");
    let mut files = Vec::new();
    walk(&root, &mut files);
    let module = |file: &Path| {
        let first = file.strip_prefix(&root).unwrap().components().next().unwrap();
        first.as_os_str().to_string_lossy().trim_end_matches(".rs").to_owned()
    };
    files.into_iter().map(|file| (module(&file), file.clone(), fs::read_to_string(&file).unwrap())).collect()
}

/// The code of a file without its comments and its tests.
fn code(text: &str) -> String {
    // Other things of tests stand among the code.
    let tests = text.match_indices("#[cfg(test)]").find(|(at, _)| {
        let next = text[*at..].lines().skip(1).find(|line| !line.starts_with("#["));
        next.is_some_and(|line| line.starts_with("mod "))
    });
    let body = &text[..tests.map_or(text.len(), |(at, _)| at)];
    body.lines().filter(|line| !line.trim_start().starts_with("//")).collect::<Vec<_>>().join("\n")
}

/// Whether code names a module, by `root::name` or inside `use root::{...}`.
fn names(code: &str, root: &str, name: &str) -> bool {
    let mut grouped = String::new();
    for (at, group) in code.match_indices(&format!("{root}::{{")) {
        let mut depth = 0;
        for c in code[at + group.len() - 1..].chars() {
            depth += i32::from(c == '{') - i32::from(c == '}');
            if depth == 0 {
                break;
            }
            if depth == 1 {
                grouped.push(c);
            }
        }
        grouped.push(',');
    }
    let direct = ["::", ";", ","].map(|end| format!("{root}::{name}{end}"));
    direct.iter().any(|form| code.contains(form.as_str()))
        || grouped.split([',', '{']).any(|item| item.trim() == name || item.trim().starts_with(&format!("{name}::")))
}

/// The modules of this crate that code names.
fn used(code: &str) -> Vec<&'static str> {
    let all = LAYERS.iter().chain(&["config", "telemetry"]);
    all.filter(|name| names(code, "crate", name)).copied().collect()
}

#[test]
fn layers_use_only_what_is_below_them() {
    let mut breaches = Vec::new();
    for (module, file, text) in sources() {
        let rank = |name: &str| LAYERS.iter().position(|layer| *layer == name);
        for other in used(&code(&text)) {
            let allowed = match (rank(&module), rank(other)) {
                (Some(mine), Some(theirs)) => theirs <= mine,
                // The configuration composes the options of components; only the command line knows it.
                (None, Some(_)) => ["config", "main", "lib"].contains(&module.as_str()),
                (mine, None) => mine == rank("cli") || module == "config" && other == "telemetry" || module == other,
            };
            if !allowed {
                breaches.push(format!("{}: {module} uses {other}", file.display()));
            }
        }
    }
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn the_scan_sees_what_files_use() {
    let text = "use crate::{\n    index::{Form, extract},\n    text::Span,\n};\nlet x = crate::service::Limits;";
    assert_eq!(used(text), ["text", "index", "service"]);
    assert!(names("use std::{\n    io::Read,\n    time::Instant,\n};", "std", "time"));
    assert!(!names("use std::{fmt, io::Read};", "std", "time"));
    // Behind a function of tests there is more code.
    let text = "#[cfg(test)]\nfn sample() {}\nuse crate::text;\n#[cfg(test)]\n#[allow(dead_code)]\nmod tests {\nuse crate::cli;";
    assert_eq!(used(&code(text)), ["text"]);
}

#[test]
fn every_heavy_dependency_has_one_home() {
    for (module, file, text) in sources() {
        for (dependency, homes) in HOMES {
            let named = code(&text).contains(&format!("{dependency}::"));
            assert!(!named || homes.contains(&module.as_str()), "{} names {dependency}", file.display());
        }
    }
}

/// The one file with `unsafe` code, which maps segment files.
const UNSAFE: &str = "src/index/column.rs";

#[test]
fn unsafe_code_has_one_home() {
    for (_, file, text) in sources() {
        let home = file.ends_with(UNSAFE);
        let named = code(&text).replace("forbid(unsafe_code)", "").contains("unsafe");
        assert_eq!(named, home, "{}", file.display());
    }
    // The compiler forbids it in every other module.
    for (folder, page) in [("src", "lib.rs"), ("src/index", "mod.rs")] {
        let page = fs::read_to_string(repository(folder).join(page)).unwrap();
        let lines: Vec<_> = page.lines().collect();
        for (at, line) in lines.iter().enumerate() {
            let module = line.trim_start_matches("pub ").strip_prefix("mod ").and_then(|line| line.strip_suffix(';'));
            let Some(module) = module.filter(|module| !["index", "column"].contains(module)) else { continue };
            assert_eq!(lines[at - 1], "#[forbid(unsafe_code)]", "{folder}: {module}");
        }
    }
}

#[test]
fn the_lower_layers_are_pure() {
    for (module, file, text) in sources() {
        if LAYERS[..4].contains(&module.as_str()) && !file.ends_with(UNSAFE) {
            let code = code(&text);
            for name in IMPURE {
                assert!(!code.contains(name), "{} names {name}", file.display());
            }
            for name in IMPURE_OF_STD {
                assert!(!names(&code, "std", name), "{} names std::{name}", file.display());
            }
        }
    }
}

#[test]
fn files_are_about_one_concept() {
    for (_, file, text) in sources() {
        let lines = code(&text).lines().filter(|line| !line.trim().is_empty()).count();
        assert!(lines <= 450, "{}: {lines} lines of code", file.display());
        assert!(text.starts_with("//!"), "{} does not say what it is", file.display());
    }
}
