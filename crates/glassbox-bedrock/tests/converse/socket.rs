//! Over real sockets, with a signature.

use glassbox_bedrock::{Bedrock, Credentials};
use glassbox_core::{
    CompletionModel as _, CompletionModelExt as _, Delivery, Message, Request, ToolCallResponse,
    ToolSpec,
};
use glassbox_test::{Reply, Server};
use serde_json::json;

use crate::support::{MODEL, stream, usage, whole};

#[tokio::test]
async fn a_tool_is_called_over_real_sockets() {
    let server = Server::new(|request| {
        let last = &request.json()["messages"][2]["content"][0]["toolResult"];
        if last.is_object() {
            return Reply::json(
                &json!({"output": {"message": {"role": "assistant", "content": [
                {"text": "It is cold."},
            ]}}, "stopReason": "end_turn", "usage": usage()}),
            );
        }
        if request.path.ends_with("/converse") {
            return Reply::json(&whole());
        }
        Reply::new(200)
            .with_header("content-type", "application/vnd.amazon.eventstream")
            .with_chunks(stream().concat().chunks(100).map(<[u8]>::to_vec))
    });
    let model = Bedrock::builder(MODEL)
        .region("eu-central-1")
        .credentials(Credentials::new("AKIA", "secret-of-nobody"))
        .base_url(server.url())
        .build()
        .unwrap();
    assert_eq!(model.info().server_port, Some(server.address().port()));
    let schema = json!({"type": "object", "properties": {"city": {"type": "string"}}});
    for delivery in [Delivery::Whole, Delivery::Incremental] {
        let request = Request::new("How is it in Zürich?")
            .with_tools(vec![ToolSpec::new("weather", schema.clone())])
            .with_delivery(delivery);
        let response = model.complete(request.clone()).await.unwrap();
        let call = response.tool_calls().next().unwrap();
        assert_eq!(call.arguments.parse().unwrap()["city"], "Zürich");
        let result = ToolCallResponse::new(&call.id, &call.name, json!({"degrees": 3}));
        let request = request
            .with_message(response.message().unwrap().clone())
            .with_message(Message::tool([result]));
        assert_eq!(model.complete(request).await.unwrap().text(), "It is cold.");
    }
    let requests = server.requests();
    assert_eq!(requests.len(), 4);
    for request in &requests {
        assert!(
            request
                .path
                .starts_with("/model/us.amazon.nova-lite-v1%3A0/converse")
        );
        let authorization = request.header("authorization").unwrap();
        assert!(authorization.contains("SignedHeaders=content-type;host;x-amz-date,"));
    }
    let last = requests[3].json();
    assert_eq!(
        last["messages"][2]["content"],
        json!([{"toolResult": {"toolUseId": "tooluse_1", "content": [{"json": {"degrees": 3}}]}}])
    );
    assert_eq!(last["toolConfig"]["tools"].as_array().unwrap().len(), 1);
}
