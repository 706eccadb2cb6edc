//! Speaks with the loader on the customer's page, and with no other window.

use crate::bridge::{Read, Value, to_js};
use serde::Serialize;
use shared::agent::Source;
use shared::widget::Config;
use wasm_bindgen::{JsCast, JsValue, closure::Closure};
use web_sys::{MessageEvent, UrlSearchParams, Window};

/// The page around the iframe: its window, and the origin that it must have.
#[derive(Clone)]
pub(crate) struct Page {
    own: Window,
    parent: Window,
    origin: String,
}

/// What the loader says.
pub(crate) enum LoaderMessage {
    Init(Box<Init>),
    /// A fresh visitor token, inside of a fresh configuration.
    Token(Box<Config>),
    /// The service gives this page no more tokens.
    Refused,
    /// The panel has been opened. `focus` is true when the visitor did it, and not a script.
    Opened {
        host: HostState,
        focus: bool,
    },
    Moved(HostState),
    Send(String),
    Prefill(String),
    ThemeOverride(ThemeOverride),
    /// A new conversation begins, under this name.
    Reset(String),
    /// The page's policy forbids the loader to ask for the configuration: with this key, from here, it may be asked
    /// for.
    Ask(String),
}

/// What the chat needs to begin.
pub(crate) struct Init {
    pub(crate) config: Config,
    pub(crate) session_id: String,
    pub(crate) theme_override: ThemeOverride,
    pub(crate) host: HostState,
}

/// Where the visitor is.
pub(crate) struct HostState {
    pub(crate) page_url: String,
    /// Whether the chat covers the whole page, as it does on a telephone.
    pub(crate) modal: bool,
}

/// What the page decides about the looks of the chat, over the agent's own settings.
pub(crate) struct ThemeOverride {
    /// light or dark.
    pub(crate) theme: String,
    /// `#rrggbb`.
    pub(crate) color: Option<String>,
}

/// What callbacks on the customer's page learn of an event. Each event has some of it.
#[derive(Default, Serialize)]
pub(crate) struct Detail<'a> {
    pub(crate) message_id: Option<&'a str>,
    /// user or assistant.
    pub(crate) role: Option<&'static str>,
    pub(crate) text: Option<&'a str>,
    pub(crate) sources: Option<&'a [Source]>,
    pub(crate) confidence: Option<f64>,
    pub(crate) answered: Option<bool>,
    pub(crate) completed: Option<bool>,
    /// `THUMBS_UP` or `THUMBS_DOWN`.
    pub(crate) feedback_type: Option<&'static str>,
    pub(crate) code: Option<&'a str>,
    pub(crate) detail: Option<&'a str>,
}

/// A message to the loader. It knows ours by `edgewise`.
#[derive(Serialize)]
struct OutgoingMessage<'a> {
    edgewise: u8,
    r#type: &'static str,
    name: Option<&'static str>,
    detail: Option<Detail<'a>>,
}

impl Page {
    /// Returns the page that this document is embedded in; nothing when it is not embedded.
    pub(crate) fn around() -> Option<Self> {
        let own = web_sys::window()?;
        let parent = own.parent().ok()??;
        let query = own.location().search().ok()?;
        let origin = UrlSearchParams::new_with_str(&query).ok()?.get("host")?;
        (parent != own).then_some(Self { own, parent, origin })
    }

    /// Tells the loader that something is to be done.
    pub(crate) fn notify(&self, what: &'static str) {
        self.post(&OutgoingMessage {
            edgewise: 1,
            r#type: what,
            name: None,
            detail: None,
        });
    }

    /// Tells the loader what has happened, for the callbacks of the page.
    pub(crate) fn report(&self, name: &'static str, detail: Detail<'_>) {
        self.post(&OutgoingMessage {
            edgewise: 1,
            r#type: "event",
            name: Some(name),
            detail: Some(detail),
        });
    }

    /// Hands the loader the configuration that it could not ask for itself, or the reason why there is none.
    pub(crate) fn hand_over(&self, config: Result<JsValue, &str>) {
        let (what, member, value) = match config {
            Ok(config) => ("config", "config", config),
            Err(reason) => ("failed", "detail", JsValue::from_str(reason)),
        };
        let outgoing = OutgoingMessage {
            edgewise: 1,
            r#type: what,
            name: None,
            detail: None,
        };
        if let Some(message) = to_js(&outgoing) {
            // A plain object takes any member.
            let _ = js_sys::Reflect::set(&message, &JsValue::from_str(member), &value);
            self.send(&message);
        }
    }

    /// Calls back with what the loader says, as long as this document lives.
    pub(crate) fn listen(&self, mut callback: impl FnMut(LoaderMessage) + 'static) {
        let page = self.clone();
        let listener = Closure::<dyn FnMut(MessageEvent)>::new(move |event: MessageEvent| {
            let is_from_parent = event
                .source()
                .is_some_and(|source| js_sys::Object::is(&source, &page.parent));
            if is_from_parent
                && event.origin() == page.origin
                && let Some(message) = read_message(&Value::new(event.data()))
            {
                callback(message);
            }
        });
        // A listener that could not be added leaves the chat without a configuration: the loader reports that.
        let _ = self
            .own
            .add_event_listener_with_callback("message", listener.as_ref().unchecked_ref());
        listener.forget();
    }

    fn post(&self, outgoing: &OutgoingMessage<'_>) {
        if let Some(message) = to_js(outgoing) {
            self.send(&message);
        }
    }

    fn send(&self, message: &JsValue) {
        // This fails when the loader is gone, and then there is no one to report it to.
        let _ = self.parent.post_message(message, &self.origin);
    }
}

/// Reads a message of the loader's. Of any other shape it is nothing.
fn read_message(said: &Value) -> Option<LoaderMessage> {
    if said.number("edgewise")? != 1.0 {
        return None;
    }
    Some(match said.text("type")?.as_str() {
        "init" => LoaderMessage::Init(Box::new(Init {
            config: said.of("config")?,
            session_id: said.text("session_id")?,
            theme_override: said.of("look")?,
            host: said.of("place")?,
        })),
        "token" => LoaderMessage::Token(Box::new(said.of("config")?)),
        "refused" => LoaderMessage::Refused,
        "opened" => LoaderMessage::Opened {
            host: HostState::read(said)?,
            focus: said.claim("focus"),
        },
        "page" => LoaderMessage::Moved(HostState::read(said)?),
        "send" => LoaderMessage::Send(said.text("text")?),
        "prefill" => LoaderMessage::Prefill(said.text("text")?),
        "theme" => LoaderMessage::ThemeOverride(ThemeOverride::read(said)?),
        "reset" => LoaderMessage::Reset(said.text("session_id")?),
        "ask" => LoaderMessage::Ask(said.text("api_key")?),
        _ => return None,
    })
}

impl Read for HostState {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            page_url: value.text("page_url")?,
            modal: value.claim("modal"),
        })
    }
}

impl Read for ThemeOverride {
    fn read(value: &Value) -> Option<Self> {
        Some(Self {
            theme: value.text("theme")?,
            color: value.text("color"),
        })
    }
}
