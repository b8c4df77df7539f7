//! The form of messages: a signature, a header, a message.

use chrono::{DateTime, SecondsFormat};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use serde_json::{Value, json};

use super::signature::Signer;

pub const VERSION: &str = "1.0.0";

/// A message as it came; header and message as the text that was signed.
#[derive(Debug, Deserialize)]
pub struct Envelope<'a> {
    pub signature: Option<String>,
    #[serde(borrow)]
    pub header: &'a RawValue,
    #[serde(borrow)]
    pub message: &'a RawValue,
}

/// What a request says of itself. What else stands in it is for others.
#[derive(Debug, Clone, Deserialize)]
pub struct Header {
    pub version: Option<String>,
    pub message_id: String,
    pub message_ts: String,
    pub action: String,
    pub sender_id: String,
    pub sender_uri: Option<String>,
    pub receiver_id: Option<String>,
    pub total_count: u64,
    #[serde(default)]
    pub is_msg_encrypted: bool,
}

/// Why a message is not taken: the status of HTTP, the code of the specification, and what to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Refused {
    pub status: u16,
    pub code: &'static str,
    pub why: &'static str,
}

impl Refused {
    #[must_use]
    pub const fn bad(why: &'static str) -> Self {
        Self { status: 400, code: "err.request.bad", why }
    }
}

/// What a search asks for.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct SearchMessage {
    pub transaction_id: String,
    pub search_request: Vec<SearchItem>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct SearchItem {
    pub reference_id: String,
    pub timestamp: String,
    pub search_criteria: Criteria,
    pub locale: Option<String>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Criteria {
    pub query_type: String,
    pub query: Value,
    pub reg_type: Option<String>,
    pub reg_record_type: Option<String>,
    pub response_entity: Option<String>,
    pub sort: Option<Vec<Sort>>,
    pub pagination: Option<Pagination>,
    pub consent: Option<Value>,
    pub authorize: Option<Value>,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct Sort {
    pub attribute_name: String,
    pub sort_order: Option<String>,
}

/// Pages are counted from 1.
#[derive(Debug, Clone, Copy, Deserialize, Serialize)]
pub struct Pagination {
    pub page_size: i64,
    pub page_number: Option<i64>,
}

/// What became of earlier questions.
#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct StatusMessage {
    pub transaction_id: String,
    pub txnstatus_request: StatusRequest,
}

#[derive(Debug, Clone, Deserialize, Serialize)]
pub struct StatusRequest {
    pub reference_id: String,
    pub txn_type: String,
    pub attribute_type: String,
    pub attribute_value: Value,
    pub locale: Option<String>,
}

/// An instant of ours as messages write it.
#[must_use]
pub fn instant(at: i64) -> String {
    DateTime::from_timestamp_micros(at).unwrap_or_default().to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Date and time with a zone.
#[must_use]
pub fn timely(text: &str) -> bool {
    DateTime::parse_from_rfc3339(text).is_ok()
}

/// That a message was taken, or why not.
#[must_use]
pub fn ack(correlation: &str, at: i64, refused: Option<Refused>) -> Value {
    let mut message = json!({
        "ack_status": if refused.is_some() { "ERR" } else { "ACK" },
        "timestamp": instant(at),
        "correlation_id": correlation,
    });
    if let (Some(refused), Some(message)) = (refused, message.as_object_mut()) {
        message.insert("error".to_owned(), json!({ "code": refused.code, "message": refused.why }));
    }
    json!({ "message": message })
}

/// A signed answer.
#[must_use]
pub fn answer(signer: &Signer, to: &str, action: &str, id: &str, message: &Value, at: i64) -> Vec<u8> {
    let counts = message.get("search_response").and_then(Value::as_array).map_or(1, Vec::len);
    let header = json!({
        "version": VERSION,
        "message_id": id,
        "message_ts": instant(at),
        "action": action,
        "status": "succ",
        "total_count": counts,
        "completed_count": counts,
        "sender_id": signer.id(),
        "receiver_id": to,
        "is_msg_encrypted": false,
    });
    let (header, message) = (header.to_string(), message.to_string());
    let signature = Value::from(signer.sign(&header, &message, at)).to_string();
    // By hand, so that what was signed is what is sent, byte for byte.
    format!("{{\"signature\":{signature},\"header\":{header},\"message\":{message}}}").into_bytes()
}
