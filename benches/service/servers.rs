//! The servers, each a process of its own: the program as it is, and a hollow one.

use std::{
    io::{Read as _, Write as _},
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
    sync::Arc,
    time::Duration,
};

use futures_util::stream::BoxStream;
use onomast::service::proto::{
    BatchExtractRequest, BatchExtractResponse, ExplainMatchRequest, ExplainMatchResponse, ExtractRequest,
    ExtractResponse, StreamExtractRequest, StreamExtractResponse,
    extraction_service_server::{ExtractionService, ExtractionServiceServer},
};
use prost::Message as _;
use tonic::{Request, Response, Status, Streaming, transport::server::TcpIncoming};

/// Says to this program started again that it is to be the hollow server, and on which port.
const HOLLOW: &str = "ONOMAST_BENCH_HOLLOW_PORT";

/// A server process; ends with this value.
pub(crate) struct Server {
    process: Child,
    pub(crate) address: String,
}

impl Drop for Server {
    fn drop(&mut self) {
        self.process.kill().ok();
        self.process.wait().ok();
    }
}

impl Server {
    /// The time of the processors that it took until now.
    pub(crate) fn processor_time(&self) -> Duration {
        processor_time(&self.process.id().to_string())
    }
}

/// The time of the processors that a process took until now, where Linux tells, in hundredths of a second.
pub(crate) fn processor_time(process: &str) -> Duration {
    let stat = std::fs::read_to_string(format!("/proc/{process}/stat")).unwrap_or_default();
    let fields = stat.rsplit_once(')').map_or("", |(_, fields)| fields).split_whitespace();
    let ticks: u64 = fields.skip(11).take(2).filter_map(|ticks| ticks.parse::<u64>().ok()).sum();
    Duration::from_millis(10 * ticks)
}

/// A port that nobody has now.
fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port()
}

/// `onomast serve` with its settings as they are by default, and that gazetteer alone.
pub(crate) fn real(gazetteer: &Path) -> Server {
    let listen = format!("127.0.0.1:{}", free_port());
    let process = Command::new(env!("CARGO_BIN_EXE_onomast"))
        .args(["serve", "--no-default-gazetteer", "--listen", &listen, "--gazetteer"])
        .arg(gazetteer)
        // What the bench is told by variables are no settings.
        .env_clear()
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    Server { process, address: format!("http://{listen}") }
}

/// A server that knows these answers, by the number that is the document's id.
pub(crate) fn hollow(answers: &[ExtractResponse]) -> Server {
    let port = free_port();
    let mut command = Command::new(std::env::current_exe().unwrap());
    let mut process = command.env(HOLLOW, port.to_string()).stdin(Stdio::piped()).spawn().unwrap();
    let bytes: Vec<u8> = answers.iter().flat_map(|answer| answer.encode_length_delimited_to_vec()).collect();
    process.stdin.take().unwrap().write_all(&bytes).unwrap();
    Server { process, address: format!("http://127.0.0.1:{port}") }
}

/// Becomes the hollow server where this process is to be that; does not return then.
pub(crate) fn be_hollow() {
    let Ok(port) = std::env::var(HOLLOW) else { return };
    let mut bytes = Vec::new();
    std::io::stdin().read_to_end(&mut bytes).unwrap();
    let (mut rest, mut answers) = (&bytes[..], Vec::new());
    while !rest.is_empty() {
        answers.push(ExtractResponse::decode_length_delimited(&mut rest).unwrap());
    }
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build().unwrap();
    runtime.block_on(async move {
        let listener = tokio::net::TcpListener::bind(format!("127.0.0.1:{port}")).await.unwrap();
        let incoming = TcpIncoming::from(listener).with_nodelay(Some(true));
        let service = ExtractionServiceServer::new(Hollow(Arc::new(answers))).max_encoding_message_size(usize::MAX);
        tonic::transport::Server::builder().add_service(service).serve_with_incoming(incoming).await.unwrap();
    });
    std::process::exit(0);
}

struct Hollow(Arc<Vec<ExtractResponse>>);

#[tonic::async_trait]
impl ExtractionService for Hollow {
    async fn extract(&self, request: Request<ExtractRequest>) -> Result<Response<ExtractResponse>, Status> {
        let number: Option<usize> = request.into_inner().document.and_then(|document| document.id.parse().ok());
        number.and_then(|number| self.0.get(number)).cloned().map(Response::new).ok_or(Status::not_found(""))
    }

    async fn batch_extract(&self, _: Request<BatchExtractRequest>) -> Result<Response<BatchExtractResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    async fn explain_match(&self, _: Request<ExplainMatchRequest>) -> Result<Response<ExplainMatchResponse>, Status> {
        Err(Status::unimplemented(""))
    }

    type StreamExtractStream = BoxStream<'static, Result<StreamExtractResponse, Status>>;

    async fn stream_extract(
        &self,
        _: Request<Streaming<StreamExtractRequest>>,
    ) -> Result<Response<Self::StreamExtractStream>, Status> {
        Err(Status::unimplemented(""))
    }
}
