//! What is no HTTP/2, no gRPC, or too much of either.

use tonic::{Code, codec::CompressionEncoding};

use super::{EXTRACT, Got, Outcome, Row, bytes, framed, proto, raw};
use crate::access::with;

const PREFACE: &[u8] = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
const INVALID: Outcome = Outcome::Refused(Code::InvalidArgument, "INVALID_REQUEST");
const TOO_LARGE: Outcome = Outcome::Refused(Code::InvalidArgument, "MESSAGE_TOO_LARGE");
const UNIMPLEMENTED: Outcome = Outcome::Refused(Code::Unimplemented, "UNIMPLEMENTED");
const TOO_SLOW: Outcome = Outcome::Refused(Code::DeadlineExceeded, "TOO_SLOW");

/// How many resets a connection may be answered with.
const RESETS: u32 = 1 << 16;

/// A frame of HTTP/2.
fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

/// Bytes to the bare port, which it must answer by closing.
fn sends(name: &str, text: impl AsRef<[u8]> + Send + Sync + 'static) -> Row {
    let text = std::sync::Arc::new(text);
    Row::new(name, Outcome::Closed, move |world| {
        let text = text.clone();
        async move { bytes(world.tcp(&world.plain).await, (*text).as_ref()).await }
    })
}

/// Frames after the preface and empty settings.
fn frames(name: &str, frames: &[Vec<u8>]) -> Row {
    sends(name, [PREFACE, &frame(4, 0, 0, &[]), &frames.concat()].concat())
}

/// A call of a known caller, with a body as it goes over the network.
fn call(name: &str, expected: Outcome, path: &'static str, headers: &'static [(&str, &[u8])], body: Vec<u8>) -> Row {
    Row::new(name, expected, move |world| {
        let body = body.clone();
        async move {
            let token = format!("Bearer {}", world.tenants.one.token);
            let headers = [headers, &[("authorization", token.as_bytes())]].concat();
            raw(world.tcp(&world.plain).await, path, &headers, body).await
        }
    })
}

/// A frame of zstd that says: a hundred times 128 KiB of one byte.
fn zstd() -> Vec<u8> {
    const BLOCK: u32 = 128 << 10;
    // The magic number; no checksum, no dictionary, no size; a window of 128 KiB.
    let mut frame = vec![0x28, 0xB5, 0x2F, 0xFD, 0x00, 0x38];
    for number in 0..1000u32 {
        // The last one, the kind run-length, and its size.
        let head = u32::from(number == 999) | 1 << 1 | BLOCK << 3;
        frame.extend(&head.to_le_bytes()[..3]);
        frame.push(0);
    }
    frame
}

pub(super) fn rows() -> Vec<Row> {
    const ZSTD: &[(&str, &[u8])] = &[("grpc-encoding", b"zstd")];
    const GZIP: &[(&str, &[u8])] = &[("grpc-encoding", b"gzip")];
    let document = framed(0, &[10, 2, 18, 0]);
    vec![
        sends("HTTP/1", "GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"),
        sends(
            "HTTP/1 that asks for HTTP/2",
            "POST / HTTP/1.1\r\nUpgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\n\r\n",
        ),
        sends("TLS where there is none", [22, 3, 1, 0, 5, 1, 0, 0, 1, 3]),
        sends("nothing", ""),
        sends("half a preface", &PREFACE[..20]),
        sends("a preface and no more", PREFACE),
        sends("a preface and nonsense", [PREFACE, &[0xFF; 200]].concat()),
        sends("zeros", [0; 1000]),
        frames("a frame beyond all limits", &[vec![0xFF, 0xFF, 0xFF, 0, 0, 0, 0, 0, 1]]),
        frames("data for no call", &[frame(0, 0, 0, b"x")]),
        frames("data for a call that was not begun", &[frame(0, 0, 1, b"x")]),
        frames("a call with an even number", &[frame(1, 5, 2, &[0x82])]),
        frames("a window that grows by nothing", &[frame(8, 0, 0, &[0; 4])]),
        frames("a window without bounds", &[frame(8, 0, 0, &[0x7F, 0xFF, 0xFF, 0xFF])]),
        frames("headers that go on without beginning", &[frame(9, 4, 1, &[0x82])]),
        frames("headers of nonsense", &[frame(1, 5, 1, &[0xFF; 50])]),
        frames(
            "headers that never end",
            &vec![frame(1, 0, 1, &[0x82]); 1]
                .into_iter()
                .chain(vec![frame(9, 0, 1, &[0x82; 1000]); 2000])
                .collect::<Vec<_>>(),
        ),
        frames("a ping of a wrong size", &[frame(6, 0, 0, b"x")]),
        frames("settings of a wrong size", &[frame(4, 0, 0, b"x")]),
        frames("settings for a call", &[frame(4, 0, 1, &[])]),
        frames("a promise from a client", &[frame(5, 4, 1, &[0, 0, 0, 2, 0x82])]),
        frames("a reset of a call that was not begun", &[frame(3, 0, 5, &[0; 4])]),
        Row::new("calls that are reset at once", Outcome::Closed, |world| async move {
            let headers = b"\x83\x86\x44\x01/\x41\x01a";
            let one = |number: u32| [frame(1, 4, number, headers), frame(3, 0, number, &[0, 0, 0, 8])].concat();
            let resets: Vec<u8> = (0..20_000u32).flat_map(|call| one(2 * call + 1)).collect();
            let text = [PREFACE, &frame(4, 0, 0, &[]), &resets].concat();
            bytes(world.tcp(&world.plain).await, &text).await
        }),
        Row::new("data for calls that were passed over", Outcome::Closed, |world| async move {
            // The server answers each, and keeps the answer until it is taken.
            let last = frame(1, 5, 2 * RESETS + 3, b"\x83\x86\x44\x01/\x41\x01a");
            let data: Vec<u8> = (0..=RESETS).flat_map(|call| frame(0, 0, 2 * call + 1, b"x")).collect();
            let text = [PREFACE, &frame(4, 0, 0, &[]), &last, &data].concat();
            bytes(world.tcp(&world.plain).await, &text).await
        }),
        Row::new("headers beyond the limit", Outcome::Http(431), |world| async move {
            let long = vec![b'a'; 4000];
            let headers = vec![("x-long", &long[..]); 10];
            raw(world.tcp(&world.plain).await, EXTRACT, &headers, framed(0, &[])).await
        }),
        call("an unknown service", UNIMPLEMENTED, "/evil.v1.Service/Method", &[], framed(0, &[])),
        call("an unknown method", UNIMPLEMENTED, "/onomast.v1.ExtractionService/Destroy", &[], framed(0, &[])),
        call("a path that climbs", UNIMPLEMENTED, "/../../etc/passwd", &[], framed(0, &[])),
        call("no protobuf", INVALID, EXTRACT, &[], framed(0, &[0xFF; 40])),
        call("a field that is longer than the message", INVALID, EXTRACT, &[], framed(0, &[10, 0x7F])),
        call("text that is no UTF-8", INVALID, EXTRACT, &[], framed(0, &[10, 4, 18, 2, 0xFF, 0xFE])),
        call("much nesting", INVALID, EXTRACT, &[], framed(0, &[0xFB; 1000])),
        call(
            "a message beyond the limit that never comes",
            TOO_LARGE,
            EXTRACT,
            &[],
            vec![0, 0xFF, 0xFF, 0xFF, 0xFF, 1],
        ),
        call("a message that is cut", INVALID, EXTRACT, &[], framed(0, &[10; 100])[..50].to_vec()),
        call("a compressed message without a name for it", INVALID, EXTRACT, &[], framed(1, &[1, 2, 3])),
        call("a flag that is unknown", INVALID, EXTRACT, &[], framed(7, &[1, 2, 3])),
        Row::new("a gzip bomb", TOO_LARGE, |world| async move {
            let mut client = world.plain.client().await.send_compressed(CompressionEncoding::Gzip);
            let document = proto::Document { text: "a".repeat(64 << 20), ..Default::default() };
            let request = proto::ExtractRequest { document: Some(document), ..Default::default() };
            Got::answer(client.extract(with(&world.tenants.one.token, request)).await)
        }),
        call("a zstd bomb", TOO_LARGE, EXTRACT, ZSTD, framed(1, &zstd())),
        call("what is no gzip", INVALID, EXTRACT, GZIP, framed(1, b"not gzip at all")),
        call("what is no zstd", INVALID, EXTRACT, ZSTD, framed(1, b"not zstd at all")),
        call("an unknown compression", UNIMPLEMENTED, EXTRACT, &[("grpc-encoding", b"lzma")], framed(1, b"x")),
        call(
            "no time at all",
            Outcome::Refused(Code::DeadlineExceeded, "CANCELLED"),
            EXTRACT,
            &[("grpc-timeout", b"1n")],
            document.clone(),
        ),
        call("a time that is no time", Outcome::Answered, EXTRACT, &[("grpc-timeout", b"eternity")], document.clone()),
        call(
            "a time beyond all numbers",
            Outcome::Answered,
            EXTRACT,
            &[("grpc-timeout", b"99999999999999999999H")],
            document.clone(),
        ),
        call(
            "a request id that breaks out",
            Outcome::Answered,
            EXTRACT,
            &[("x-request-id", b"\"><script>alert(1)</script>")],
            document,
        ),
        Row::new("a request that does not come", TOO_SLOW, |world| async move { slow(&world, &[0]).await }),
        Row::new("a request that comes in drops", TOO_SLOW, |world| async move { slow(&world, &[0, 0, 0]).await }),
    ]
}

/// A call whose body begins and does not go on.
async fn slow(world: &super::World, beginning: &'static [u8]) -> Got {
    let (mut send, connection) = h2::client::handshake(world.tcp(&world.plain).await).await.unwrap();
    let connection = tokio::spawn(connection);
    let request = http::Request::post(format!("http://localhost{EXTRACT}"))
        .header("content-type", "application/grpc")
        .header("authorization", format!("Bearer {}", world.tenants.one.token));
    let (response, mut stream) = send.send_request(request.body(()).unwrap(), false).unwrap();
    stream.send_data(beginning.into(), false).unwrap();
    let response = response.await.unwrap();
    let got = Got::of(&tonic::Status::from_header_map(response.headers()).unwrap());
    connection.abort();
    got
}
