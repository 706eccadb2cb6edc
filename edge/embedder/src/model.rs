//! The model with its tokenizer: read when the first text comes, and kept for as long as the isolate lives.
use js_sys::Uint8Array;
use minilm::{MiniLm, Pass};
use retrieval::embed::Tokens;
use std::cell::{Cell, RefCell};
use std::iter::repeat_n;
use std::rc::Rc;
use std::sync::Arc;
use std::time::Duration;
use wasm_bindgen_futures::JsFuture;
use worker::{Date, Delay, Env, Error, Result};

/// The model among this Worker's files.
const FILE: &str = "https://assets.local/minilm-int8.bin";
const TOKENIZER: &[u8] = include_bytes!("../../../shared/retrieval/model/tokenizer.json");
/// How long a request may take to read the model before another one tries, in milliseconds: one whose client has left
/// may never come to an end.
const CLAIM: u64 = 10_000;

thread_local! {
    static MODEL: RefCell<Option<Rc<Model>>> = const { RefCell::new(None) };
    /// Until when a request is reading the model, in milliseconds since 1970.
    static CLAIMED: Cell<u64> = const { Cell::new(0) };
}

/// Turns texts into vectors.
pub(crate) struct Model {
    model: MiniLm,
    tokens: Tokens,
}

impl Model {
    pub(crate) fn begin(&self, text: &str) -> Pass<'_> {
        self.model.begin(&self.tokens.encode(text))
    }
}

/// Returns the model. There is memory for reading it once at a time, so others poll meanwhile: a wake-up across
/// requests would run one request's work in another's context, which the platform forbids.
///
/// # Errors
/// When its file is not there, or is another one.
pub(crate) async fn get(env: &Env) -> Result<Rc<Model>> {
    loop {
        if let Some(model) = MODEL.with_borrow(Clone::clone) {
            return Ok(model);
        }
        let now = Date::now().as_millis();
        if CLAIMED.get() <= now {
            CLAIMED.set(now + CLAIM);
            let read = read(env).await.map(Rc::new);
            CLAIMED.set(0);
            let model = read?;
            MODEL.set(Some(model.clone()));
            return Ok(model);
        }
        Delay::from(Duration::from_millis(20)).await;
    }
}

async fn read(env: &Env) -> Result<Model> {
    let response = env.assets("ASSETS")?.fetch(FILE, None).await?;
    let response = web_sys::Response::from(response);
    if response.status() != 200 {
        return Err(Error::RustError(format!("its file answered {}", response.status())));
    }
    let file = Uint8Array::new(&JsFuture::from(response.array_buffer()?).await?);
    // Copied to where it stays: there is no room for it twice.
    let mut bytes: Arc<[u8]> = repeat_n(0, file.length() as usize).collect();
    if let Some(bytes) = Arc::get_mut(&mut bytes) {
        file.copy_to(bytes);
    }
    let fault = |why: &dyn std::fmt::Display| Error::RustError(why.to_string());
    Ok(Model {
        model: MiniLm::read(bytes).map_err(|why| fault(&why))?,
        tokens: Tokens::read(TOKENIZER).map_err(|why| fault(&why))?,
    })
}
