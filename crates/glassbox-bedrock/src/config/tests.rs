use glassbox_core::CompletionModel as _;
use glassbox_http::MemoryTransport;

use super::*;

fn builder(model: &str) -> BedrockBuilder {
    BedrockBuilder::new(model)
        .api_key("key")
        .transport(MemoryTransport::new())
}

fn refused(builder: BedrockBuilder) -> String {
    let error = builder.build().expect_err("it is not complete");
    assert_eq!(error.kind(), ErrorKind::Configuration);
    assert_eq!(error.provider(), Some("aws.bedrock"));
    error.message().to_owned()
}

fn from(variables: &[(&str, &str)]) -> BedrockBuilder {
    let read = |name: &str| {
        let found = variables.iter().find(|(known, _)| *known == name);
        found.map(|(_, value)| (*value).to_owned())
    };
    BedrockBuilder::from_variables("amazon.nova-lite-v1:0", read).transport(MemoryTransport::new())
}

#[test]
fn quirk_33_the_host_is_that_of_the_region_that_is_signed_for() {
    for (model, region, url, host) in [
        (
            "m",
            Some("eu-central-1"),
            None,
            "bedrock-runtime.eu-central-1.amazonaws.com",
        ),
        (
            "m",
            Some("cn-north-1"),
            None,
            "bedrock-runtime.cn-north-1.amazonaws.com.cn",
        ),
        (
            "m",
            Some(" us-gov-west-1 "),
            None,
            "bedrock-runtime.us-gov-west-1.amazonaws.com",
        ),
        (
            "arn:aws:bedrock:ap-south-1:123456789012:inference-profile/apac.amazon.nova-lite-v1:0",
            None,
            None,
            "bedrock-runtime.ap-south-1.amazonaws.com",
        ),
        ("m", None, Some("http://localhost:8080/"), "localhost"),
        ("m", None, Some("http://[::1]:8080"), "::1"),
    ] {
        let mut builder = builder(model);
        builder.region = region.map(str::to_owned);
        builder.base_url = url.map(str::to_owned);
        let built = builder.build().expect("complete");
        assert_eq!(built.info().server_address.as_deref(), Some(host));
    }
    let url = "https://vpce-1-2.bedrock-runtime.us-west-2.vpce.amazonaws.com";
    let signed = builder("m")
        .credentials(Credentials::new("id", "secret"))
        .base_url(url);
    assert_eq!(
        signed.known_region().expect("valid").as_deref(),
        Some("us-west-2")
    );
    assert!(signed.build().is_ok());
}

#[test]
fn info_is_what_telemetry_needs() {
    let model = builder("us.amazon.nova-lite-v1:0")
        .region("us-east-1")
        .build()
        .expect("complete");
    let info = model.info();
    assert_eq!(info.provider, "aws.bedrock");
    assert_eq!(info.model, "us.amazon.nova-lite-v1:0");
    assert_eq!(info.server_port, Some(443));
    assert_eq!(info.api, None);
    assert!(info.capabilities.incremental && info.capabilities.tools);
    assert!(!info.capabilities.choices);
    let local = builder("m")
        .base_url("http://localhost")
        .build()
        .expect("complete");
    assert_eq!(local.info().server_port, Some(80));
}

#[test]
fn the_environment_is_read() {
    let token = from(&[
        ("AWS_BEARER_TOKEN_BEDROCK", "token"),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
    ]);
    assert!(matches!(&token.auth, Some(Auth::Bearer(key)) if key.expose() == "token"));
    assert_eq!(token.region.as_deref(), Some("eu-west-1"));
    let key = from(&[
        ("AWS_BEARER_TOKEN_BEDROCK", "  "),
        ("AWS_ACCESS_KEY_ID", "id"),
        ("AWS_SECRET_ACCESS_KEY", "secret\n"),
        ("AWS_SESSION_TOKEN", "session"),
        ("AWS_REGION", "eu-west-2"),
        ("AWS_DEFAULT_REGION", "eu-west-1"),
        ("AWS_ENDPOINT_URL", "http://localhost:1"),
        ("AWS_ENDPOINT_URL_BEDROCK_RUNTIME", "http://localhost:2"),
    ]);
    let Some(Auth::Signature(source)) = &key.auth else {
        panic!("a key");
    };
    let expected = Credentials::new("id", "secret").with_session_token("session");
    assert_eq!((source.0)().expect("given"), expected);
    assert_eq!(key.region.as_deref(), Some("eu-west-2"));
    assert_eq!(key.build().expect("complete").info().server_port, Some(2));
}

#[test]
fn what_is_missing_is_named_with_its_variable() {
    let nothing = from(&[("AWS_REGION", "eu-west-1")]);
    assert!(refused(nothing).contains("AWS_BEARER_TOKEN_BEDROCK"));
    let half = from(&[("AWS_REGION", "eu-west-1"), ("AWS_ACCESS_KEY_ID", "id")]);
    assert!(refused(half).contains("AWS_SECRET_ACCESS_KEY"));
    assert!(refused(builder("m")).contains("AWS_REGION"));
    let unsigned = builder("m")
        .credentials(Credentials::new("id", "secret"))
        .base_url("http://localhost");
    assert!(
        refused(unsigned).contains("AWS_REGION"),
        "a signature names the region"
    );
    assert!(refused(builder(" ").region("eu-west-1")).contains("model"));
    assert!(refused(builder("m").region("eu-west-1").api_key(" ")).contains("key"));
}

#[tokio::test]
async fn a_host_that_wants_no_key_gets_none() {
    let transport = MemoryTransport::new().with_response(400, &[], "");
    let model = BedrockBuilder::new("m")
        .needs_key(false)
        .base_url("http://localhost")
        .transport(transport.clone())
        .build()
        .expect("it needs neither a key nor a region");
    let refused = model.stream("hi".into()).await;
    assert!(refused.is_err());
    let requests = transport.requests();
    let headers: Vec<_> = requests[0].headers().keys().collect();
    assert_eq!(headers, ["content-type"]);
}

#[test]
fn what_is_invalid_is_an_error() {
    for region in ["EU-WEST-1", "a/b", "evil.example/", "a b", &"x".repeat(64)] {
        assert!(
            refused(builder("m").region(region)).contains("region"),
            "{region}"
        );
    }
    for url in [
        "localhost",
        "ftp://host",
        "http://",
        "http://host?query",
        "http://ho st",
    ] {
        assert!(
            refused(builder("m").base_url(url)).contains("base URL"),
            "{url}"
        );
    }
    let shown = format!(
        "{:?}",
        builder("m")
            .api_key("secret-of-nobody")
            .base_url("http://u:p@h")
    );
    assert!(
        !shown.contains("nobody") && !shown.contains("u:p"),
        "{shown}"
    );
}
