use std::time::{Duration, UNIX_EPOCH};

use super::*;

/// Of AWS's own documentation.
const ID: &str = "AKIDEXAMPLE";
const SECRET: &str = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY";

fn signed(credentials: Credentials, uri: &str, body: &'static str) -> Result<Request<Bytes>> {
    let signer = SigV4 {
        credentials,
        region: "eu-central-1".to_owned(),
        // 2026-11-23T02:30:00Z
        clock: Clock(Arc::new(|| UNIX_EPOCH + Duration::from_secs(1_795_401_000))),
    };
    let mut request = Request::post(uri)
        .header(CONTENT_TYPE, "application/json")
        .header("traceparent", "is not signed")
        .body(Bytes::from_static(body.as_bytes()))
        .expect("a valid request");
    signer.sign(&mut request)?;
    Ok(request)
}

fn text<'a>(request: &'a Request<Bytes>, name: &str) -> &'a str {
    request.headers()[name].to_str().expect("text")
}

/// Signatures that botocore 1.43.11 makes for the same requests, keys, region and time.
#[test]
fn quirk_33_signatures_are_those_of_aws() {
    let host = "https://bedrock-runtime.eu-central-1.amazonaws.com";
    let lasting = Credentials::new(ID, SECRET);
    let temporary = lasting.clone().with_session_token("the-session-token");
    let profile =
        "arn%3Aaws%3Abedrock%3Aeu-central-1%3A123456789012%3Aapplication-inference-profile%2Fabc";
    for (credentials, uri, body, headers, signature) in [
        (
            &lasting,
            format!("{host}/model/eu.amazon.nova-lite-v1%3A0/converse"),
            "{\"messages\":[]}",
            "content-type;host;x-amz-date",
            "4680d17079880e5e43346d3b192ea2e8b175d6e017bcfda54f73c7b609c028ef",
        ),
        (
            &temporary,
            format!("{host}/model/{profile}/converse-stream"),
            "{\"messages\":[{\"role\":\"user\",\"content\":[{\"text\":\"天気\"}]}]}",
            "content-type;host;x-amz-date;x-amz-security-token",
            "293f9832f4d5f8b57e4b06e41c33dcbeacc112be383b563b0498384ddf526b1f",
        ),
        (
            &lasting,
            "http://127.0.0.1:8080/model/m/converse".to_owned(),
            "",
            "content-type;host;x-amz-date",
            "a55a8704aa62ca313660f9776f99ce1d715c800c80640894381fabf24e0e4672",
        ),
    ] {
        let request = signed(credentials.clone(), &uri, body).expect("a signature");
        assert_eq!(
            text(&request, "authorization"),
            format!(
                "AWS4-HMAC-SHA256 Credential={ID}/20261123/eu-central-1/bedrock/aws4_request, \
                 SignedHeaders={headers}, Signature={signature}"
            ),
            "{uri}"
        );
        assert_eq!(text(&request, "x-amz-date"), "20261123T023000Z");
        assert!(request.headers()["authorization"].is_sensitive());
        let token = request.headers().get("x-amz-security-token");
        assert_eq!(
            token.map(|token| token.to_str().expect("text")),
            credentials.session_token.as_ref().map(Secret::expose)
        );
    }
}

#[test]
fn a_second_signature_replaces_the_first() {
    let mut request = signed(Credentials::new(ID, SECRET), "http://h.test/p", "").expect("signed");
    let first = text(&request, "authorization").to_owned();
    let later = SigV4 {
        credentials: Credentials::new(ID, SECRET),
        region: "eu-central-1".to_owned(),
        clock: Clock(Arc::new(|| UNIX_EPOCH)),
    };
    request.headers_mut().remove("x-amz-date");
    later.sign(&mut request).expect("a signature");
    assert_eq!(request.headers().get_all("authorization").iter().count(), 1);
    assert_ne!(text(&request, "authorization"), first);
}

#[test]
fn what_cannot_be_sent_is_an_error_and_shows_nothing() {
    let odd = Credentials::new(ID, SECRET).with_session_token("line\nbreak");
    let error = signed(odd.clone(), "http://h.test/p", "").expect_err("no such header");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    let shown = format!("{odd:?} {error} {error:?}");
    assert!(
        !shown.contains(SECRET) && !shown.contains("break\""),
        "{shown}"
    );
}
