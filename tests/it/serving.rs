//! `onomast serve` as a process: what it listens to, signals, its log, its end.

use std::{
    io::{BufRead as _, BufReader},
    process::{Command, Stdio},
};

use tokio_stream::StreamExt as _;

use crate::{
    cli::{onomast, path, run},
    support::Folder,
};

/// A running server of the program, killed at the end.
struct Served {
    child: std::process::Child,
    lines: std::io::Lines<BufReader<std::process::ChildStderr>>,
    address: String,
}

impl Served {
    fn start(arguments: &[&str]) -> Self {
        let all = [&["serve", "--listen", "127.0.0.1:0", "--log-format", "json"], arguments].concat();
        let mut child = onomast(&all).stderr(Stdio::piped()).spawn().unwrap();
        let mut lines = BufReader::new(child.stderr.take().unwrap()).lines();
        let line = lines.by_ref().map(Result::unwrap).find(|line| line.contains("\"listening\"")).unwrap();
        let line: serde_json::Value = serde_json::from_str(&line).unwrap();
        let address = line["address"].as_str().unwrap().to_owned();
        Self { child, lines, address }
    }

    fn wait_for(&mut self, what: &str) -> String {
        self.lines.by_ref().map(Result::unwrap).find(|line| line.contains(what)).unwrap()
    }
}

impl Drop for Served {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

#[test]
fn a_token_is_made_for_the_access_file_and_a_hangup_reads_it_again() {
    let (code, out, _) = run(&["token"]);
    assert_eq!(code, 0);
    let lines: Vec<_> = out.lines().filter(|line| !line.starts_with('#')).collect();
    let [token, line] = lines[..] else { panic!("{out}") };
    assert!(token.starts_with("onomast_") && line.starts_with("tokens = [\"sha256:"), "{out}");

    let folder = Folder::new();
    let access = format!("[[principal]]\nname = \"a\"\nrole = \"reader\"\ngazetteers = [\"*\"]\n{line}\n");
    let access = folder.file("access.toml", access);
    let setting = format!("access.file={}", path(&access));
    let mut served = Served::start(&["--set", &setting, "--set", "server.watch_seconds=0"]);
    served.wait_for("\"serving\"");
    let hangup = |served: &Served| {
        let pid = served.child.id().to_string();
        assert!(Command::new("kill").args(["-HUP", &pid]).status().unwrap().success());
    };
    hangup(&served);
    served.wait_for("access file read again");
    folder.file("access.toml", "[[principal]]\nname = 7\n");
    hangup(&served);
    let shout = served.wait_for("ERROR");
    assert!(shout.contains("the old one stays in force") && shout.contains("line 2"), "{shout}");
}

#[test]
fn the_world_is_not_served_by_accident() {
    let (code, _, err) = run(&["serve", "--listen", "0.0.0.0:0"]);
    assert_eq!(code, 1);
    assert!(err.contains("no TLS and nobody is asked who they are") && err.contains("--insecure"), "{err}");
    let (code, _, err) = run(&["serve", "--listen", "0.0.0.0:0", "--set", "access.file=/nowhere/access.toml"]);
    assert!(code == 1 && err.contains("cannot read /nowhere/access.toml"), "{err}");
}

#[tokio::test(flavor = "multi_thread")]
async fn the_server_serves_logs_no_text_and_drains() {
    use onomast::service::proto::{Document, ExtractRequest, extraction_service_client::ExtractionServiceClient};
    let mut served = Served::start(&[]);
    served.wait_for("\"serving\"");
    let mut client = ExtractionServiceClient::connect(format!("http://{}", served.address)).await.unwrap();
    let document = Some(Document { text: "A secret about China.".into(), ..Default::default() });
    let mut request = tonic::Request::new(ExtractRequest { document, ..Default::default() });
    request.metadata_mut().insert("x-request-id", "request-77".parse().unwrap());
    assert_eq!(client.extract(request).await.unwrap().into_inner().mentions.len(), 1);
    let line = served.wait_for("answered");
    assert!(line.contains("request-77") && line.contains("/onomast.v1.ExtractionService/Extract"), "{line}");
    assert!(!line.contains("secret"), "{line}");
    for field in
        ["\"code\":\"OK\"", "\"client\":\"anonymous\"", "\"documents\":1", "\"mentions\":1", "\"milliseconds\":"]
    {
        assert!(line.contains(field), "{field}: {line}");
    }

    // The port is taken now.
    let (code, _, err) = run(&["serve", "--listen", &served.address]);
    assert_eq!(code, 1);
    assert_eq!(
        err,
        format!("error: {} is in use by another program; choose another address with --listen\n", served.address)
    );

    drop(client);
    let pid = served.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    served.wait_for("\"stopped\"");
    assert_eq!(served.child.wait().unwrap().code(), Some(0));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signal_that_comes_twice_is_one_and_another_ends_the_server() {
    use onomast::service::proto::{Document, StreamExtractRequest, extraction_service_client::ExtractionServiceClient};
    let mut served = Served::start(&[]);
    served.wait_for("\"serving\"");
    let mut client = ExtractionServiceClient::connect(format!("http://{}", served.address)).await.unwrap();
    let (send, documents) = tokio::sync::mpsc::channel(1);
    let document = || StreamExtractRequest { document: Some(Document::default()), ..Default::default() };
    send.send(document()).await.unwrap();
    let documents = tokio_stream::wrappers::ReceiverStream::new(documents);
    let mut answers = client.stream_extract(documents).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let pid = served.child.id().to_string();
    let signal = |times| {
        let pids = std::iter::repeat_n(&pid, times);
        assert!(Command::new("kill").arg("-TERM").args(pids).status().unwrap().success());
    };
    signal(2);
    served.wait_for("no new requests");
    send.send(document()).await.unwrap();
    assert!(answers.message().await.unwrap().is_some());
    // Those that still count as the first change nothing.
    let ended = loop {
        signal(1);
        if let Some(ended) = served.child.try_wait().unwrap() {
            break ended;
        }
    };
    assert!(ended.success());
    served.wait_for("second signal: stopping at once");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_still_runs_when_the_time_is_over_has_its_line() {
    use onomast::service::proto::{Document, StreamExtractRequest, extraction_service_client::ExtractionServiceClient};
    let mut served = Served::start(&["--set", "server.grace_seconds=1"]);
    served.wait_for("\"serving\"");
    let mut client = ExtractionServiceClient::connect(format!("http://{}", served.address)).await.unwrap();
    let document = StreamExtractRequest { document: Some(Document::default()), ..Default::default() };
    let documents = tokio_stream::once(document).chain(tokio_stream::pending());
    let mut answers = client.stream_extract(documents).await.unwrap().into_inner();
    assert!(answers.message().await.unwrap().is_some());
    let pid = served.child.id().to_string();
    assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    assert!(served.wait_for("requests still ran").contains("\"requests\":1"));
    let line = served.wait_for("answered");
    assert!(line.contains("StreamExtract") && line.contains("CANCELLED") && line.contains("\"documents\":1"), "{line}");
    served.wait_for("\"stopped\"");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_server_whose_log_nobody_reads_goes_on() {
    use onomast::service::proto::{Document, ExtractRequest, extraction_service_client::ExtractionServiceClient};
    let mut served = Served::start(&["--set", "limits.concurrent_requests=9223372036854775807"]);
    served.wait_for("\"serving\"");
    // The reader of the log goes away.
    let nothing = BufReader::new(Command::new("true").stderr(Stdio::piped()).spawn().unwrap().stderr.take().unwrap());
    drop(std::mem::replace(&mut served.lines, nothing.lines()));
    let mut client = ExtractionServiceClient::connect(format!("http://{}", served.address)).await.unwrap();
    for _ in 0..3 {
        let document = Some(Document { text: "China".into(), ..Default::default() });
        let request = ExtractRequest { document, ..Default::default() };
        assert_eq!(client.extract(request).await.unwrap().into_inner().mentions.len(), 1);
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_connection_with_calls_that_breaks_the_rules_of_http2_is_warned_of() {
    use std::io::Write as _;
    let mut served = Served::start(&[]);
    served.wait_for("\"serving\"");
    let mut stream = std::net::TcpStream::connect(&served.address).unwrap();
    stream.write_all(&crate::closing::call().await).unwrap();
    served.wait_for("answered");
    // Data that belongs to no stream.
    stream.write_all(&[0; 9]).unwrap();
    let line = served.wait_for("a connection and its calls were ended");
    assert!(line.contains("\"WARN\"") && line.contains("unspecific protocol error"), "{line}");
}
