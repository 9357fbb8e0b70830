//! A rolling restart of two replicas behind one client that never pauses: no request fails.

use std::{
    collections::BTreeMap,
    io::{BufRead as _, BufReader},
    path::Path,
    process::{Child, Command, Stdio},
    sync::{
        Arc, Mutex,
        atomic::{AtomicUsize, Ordering},
    },
    thread::JoinHandle,
};

use onomast::service::proto::{
    Document, ExtractRequest, StreamExtractRequest, extraction_service_client::ExtractionServiceClient as Client,
};
use tokio::sync::watch;
use tonic::{
    Code, Status,
    transport::{Channel, Endpoint},
};

use crate::support::{Folder, get};

/// How many tasks send requests.
const SENDERS: usize = 4;
/// How often a request is tried, as gRPC's retry policy has it at the most.
const ATTEMPTS: usize = 5;

/// A replica: the real program.
struct Replica {
    child: Child,
    address: String,
    admin: String,
    /// Reads its log, and gives the lines of requests that did not end well.
    failures: Option<JoinHandle<Vec<String>>>,
}

impl Replica {
    /// Starts it on an address, and waits until it serves.
    fn start(address: &str, gazetteer: &Path) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_onomast"));
        command.args(["serve", "--no-default-gazetteer", "--log-format", "json", "--admin", "127.0.0.1:0"]);
        command.args(["--listen", address, "--set", "server.drain_seconds=1", "--gazetteer"]).arg(gazetteer);
        for (name, _) in std::env::vars_os() {
            if name.to_string_lossy().starts_with("ONOMAST_") {
                command.env_remove(name);
            }
        }
        let child = command.stderr(Stdio::piped()).spawn().unwrap();
        let mut replica = Self { child, address: String::new(), admin: String::new(), failures: None };
        let mut lines = BufReader::new(replica.child.stderr.take().unwrap()).lines();
        let (mut addresses, mut serving) = (BTreeMap::new(), false);
        for line in lines.by_ref() {
            let line: serde_json::Value = serde_json::from_str(&line.unwrap()).unwrap();
            let message = line["message"].as_str().unwrap_or_default().to_owned();
            if let Some(address) = line["address"].as_str() {
                addresses.insert(message.clone(), address.to_owned());
            }
            serving |= message == "serving";
            if serving && addresses.len() == 2 {
                break;
            }
        }
        let failed = |line: &String| line.contains("\"answered\"") && !line.contains("\"code\":\"OK\"");
        let lines = lines.map_while(Result::ok);
        replica.failures = Some(std::thread::spawn(move || lines.filter(failed).collect()));
        let mut addresses = addresses.into_values();
        (replica.address, replica.admin) = (addresses.next().unwrap(), addresses.next().unwrap());
        replica
    }

    fn terminate(&self) {
        let pid = self.child.id().to_string();
        assert!(Command::new("kill").args(["-TERM", &pid]).status().unwrap().success());
    }
}

impl Drop for Replica {
    fn drop(&mut self) {
        self.child.kill().ok();
        self.child.wait().ok();
    }
}

/// What became of requests.
#[derive(Default)]
struct Tally {
    answered: [AtomicUsize; 2],
    retried: AtomicUsize,
    failed: Mutex<Vec<Status>>,
}

/// Whether a gRPC client tries a request again that failed so. UNAVAILABLE is in the retry policy. What the server never
/// took is tried again by itself (transparent retry): a request that never left the client, because its connection was
/// just closed, and one that crossed the server's last GOAWAY, which names the last request that is served. tonic leaves
/// both to its caller, as errors of the transport, which no status of a server has.
fn again(status: &Status) -> bool {
    let first = std::error::Error::source(status);
    let chain = std::iter::successors(first, |error| error.source());
    let goes_away = |error: &h2::Error| error.is_go_away() && error.reason() == Some(h2::Reason::NO_ERROR);
    let unsent = status.code() == Code::Cancelled && first.is_some();
    let crossed = chain.filter_map(|error| error.downcast_ref()).any(goes_away);
    unsent || crossed || status.code() == Code::Unavailable
}

/// Sends requests to both replicas in turn until told to stop.
async fn send(channels: [Channel; 2], tally: Arc<Tally>, progress: watch::Sender<()>, stop: watch::Receiver<bool>) {
    let document = Some(Document { text: "From China to Russia".into(), ..Default::default() });
    let request = ExtractRequest { document, ..Default::default() };
    for turn in 0.. {
        if *stop.borrow() {
            return;
        }
        let mut result = Ok(());
        for attempt in 0..ATTEMPTS {
            let to = (turn + attempt) % 2;
            match Client::new(channels[to].clone()).extract(request.clone()).await {
                Ok(answer) => {
                    assert_eq!(answer.into_inner().mentions.len(), 1);
                    tally.answered[to].fetch_add(1, Ordering::Relaxed);
                    result = Ok(());
                }
                Err(status) if again(&status) => {
                    tally.retried.fetch_add(1, Ordering::Relaxed);
                    result = Err(status);
                    continue;
                }
                Err(status) => result = Err(status),
            }
            break;
        }
        tally.failed.lock().unwrap().extend(result.err());
        progress.send_replace(());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn rolling_restart_of_two_replicas_loses_no_request() {
    let folder = Folder::new();
    let gazetteer = folder.file("places.csv", "id,name,type\ncn,China,country\n");
    let mut replicas = ["127.0.0.1:0"; 2].map(|address| Some(Replica::start(address, &gazetteer)));
    let addresses = [0, 1].map(|number: usize| replicas[number].as_ref().unwrap().address.clone());
    let channels =
        addresses.each_ref().map(|address| Endpoint::new(format!("http://{address}")).unwrap().connect_lazy());
    let tally = Arc::new(Tally::default());
    let (progress, mut moved) = watch::channel(());
    let (stop, stopped) = watch::channel(false);
    let senders: Vec<_> = (0..SENDERS)
        .map(|_| tokio::spawn(send(channels.clone(), tally.clone(), progress.clone(), stopped.clone())))
        .collect();
    let count = |number: usize| tally.answered[number].load(Ordering::Relaxed);
    for number in 0..2 {
        let goal = [count(0) + 50, count(1) + 50];
        moved.wait_for(|()| (0..2).all(|one| count(one) >= goal[one])).await.unwrap();

        // A stream that is open when the signal comes is served to its end.
        let (documents, sent) = tokio::sync::mpsc::channel(1);
        let sent = tokio_stream::wrappers::ReceiverStream::new(sent);
        let mut stream = Client::new(channels[number].clone()).stream_extract(sent).await.unwrap().into_inner();
        let document = || Some(Document { text: "China".into(), ..Default::default() });
        let message = || StreamExtractRequest { config: None, document: document() };
        documents.send(message()).await.unwrap();
        assert!(stream.message().await.unwrap().is_some());
        let mut replica = replicas[number].take().unwrap();
        replica.terminate();
        // It says so, and still takes requests while it drains.
        let mut asked = 0;
        while get(&replica.admin, "/readyz").await.0 == 200 {
            asked += 1;
            assert!(asked < 100_000, "the replica stays ready");
        }
        documents.send(message()).await.unwrap();
        assert!(stream.message().await.unwrap().is_some());
        drop(documents);
        assert_eq!(stream.message().await.unwrap(), None);

        let ended = tokio::task::spawn_blocking(move || {
            let failures = replica.failures.take().unwrap();
            (replica.child.wait().unwrap().code(), failures.join().unwrap())
        });
        // It cut nothing off that it had begun.
        assert_eq!(ended.await.unwrap(), (Some(0), Vec::new()));
        let (address, file) = (addresses[number].clone(), gazetteer.clone());
        let replica = tokio::task::spawn_blocking(move || Replica::start(&address, &file)).await.unwrap();
        assert_eq!(replica.address, addresses[number]);
        replicas[number] = Some(replica);
        // The new one gets its share.
        let goal = count(number) + 50;
        moved.wait_for(|()| count(number) >= goal).await.unwrap();
    }
    stop.send_replace(true);
    for sender in senders {
        sender.await.unwrap();
    }
    let failed = tally.failed.lock().unwrap();
    assert!(failed.is_empty(), "{} failed, such as {:?}", failed.len(), failed[0]);
    println!("{} + {} answered, {} tried again", count(0), count(1), tally.retried.load(Ordering::Relaxed));
}
