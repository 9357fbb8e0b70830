//! Every setting that is a duration: the longest that it may be works, and what is longer is refused.

use onomast::service::proto;

use crate::{
    cli::{path, run},
    faults::Process,
    support::Folder,
    surfaces,
};

/// A hundred years, in seconds.
const LONGEST: u64 = 3_153_600_000;

/// The keys of all durations.
fn durations() -> Vec<String> {
    let (code, out, err) = run(&["config"]);
    assert_eq!(code, 0, "{err}");
    let (mut section, mut keys) = ("", Vec::new());
    for line in out.lines() {
        if let Some(name) = line.strip_prefix('[') {
            section = name.trim_end_matches(']');
        } else if let Some((name, _)) = line.split_once(" = ")
            && ["_seconds", "_milliseconds", "_hours"].iter().any(|unit| name.ends_with(unit))
        {
            keys.push(format!("{section}.{name}"));
        }
    }
    assert!(keys.len() > 12, "{keys:?}");
    keys
}

#[test]
fn what_is_longer_than_the_longest_is_refused() {
    for key in durations() {
        for value in [LONGEST + 1, i64::MAX as u64] {
            let (code, _, err) = run(&["config", "--set", &format!("{key}={value}")]);
            let sentence =
                format!("the setting {key} has a wrong value: {value} is too large; the largest is {LONGEST}");
            assert!(code == 1 && err.contains(&sentence), "{key}: {code} {err}");
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_works_with_the_longest_of_all() {
    let folder = Folder::new();
    let file = folder.file("names.txt", "China\n");
    let mut flags = vec!["--gazetteer".to_owned(), path(&file).to_owned()];
    flags.extend(["--data".to_owned(), path(&folder.path("data")).to_owned()]);
    for key in durations() {
        flags.extend(["--set".to_owned(), format!("{key}={LONGEST}")]);
    }
    let server = tokio::task::spawn_blocking(move || Process::start(&flags)).await.unwrap();
    let channel = server.channel().await;
    let document = Some(proto::Document { text: "China".into(), ..Default::default() });
    let request = proto::ExtractRequest { document, ..Default::default() };
    let answer = surfaces::unary(&mut surfaces::Client::new(channel.clone()), request).await;
    assert_eq!(answer.mentions.len(), 1);
    let mut client = proto::gazetteer_service_client::GazetteerServiceClient::new(channel);
    crate::databases::create(&mut client, "names-of-the-database").await;
    assert!(!server.log.lock().unwrap().contains("panicked"), "{}", server.log.lock().unwrap());
}
