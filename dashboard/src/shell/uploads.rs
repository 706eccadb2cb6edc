//! The tray of files on their way. It stays while one walks through the pages of a workspace.
use crate::api::{AuthorizedApi, UNREACHABLE};
use crate::components::icon::{Icon, icon};
use crate::components::meter::Meter;
use crate::components::unsaved::Unsaved;
use crate::platform;
use crate::state::documents::size;
use crate::state::uploads::{Stage, Upload, Uploads};
use leptos::prelude::*;
use leptos::task::spawn_local;
use shared::error::Error;
use shared_chat::backoff::Backoff;
use std::time::Duration;
use web_sys::{File, FileList};

/// How long, in milliseconds, lists are left alone while more files are on their way.
const RELOAD_PAUSE_MS: f64 = 2_500.0;

/// The files on their way, and who sends them.
#[derive(Clone, Copy)]
pub struct Tray {
    api: AuthorizedApi,
    uploads: RwSignal<Uploads>,
    files: StoredValue<Vec<(u32, String, File)>, LocalStorage>,
    arrived: RwSignal<u32>,
    told: StoredValue<f64>,
    /// How long sending pauses when the server says that it is too much.
    backoff: StoredValue<Backoff>,
}

impl Tray {
    /// Begins with none.
    pub fn begin(api: AuthorizedApi) -> Self {
        Self {
            api,
            uploads: RwSignal::new(Uploads::default()),
            files: StoredValue::new_local(Vec::new()),
            arrived: RwSignal::new(0),
            told: StoredValue::new(0.0),
            backoff: StoredValue::new(Backoff::default()),
        }
    }

    /// Counts the files that have arrived, so that a list of documents knows when to ask again. Tracked.
    pub fn arrived(self) -> u32 {
        self.arrived.get()
    }

    /// Sends files into a collection of a workspace.
    pub fn send(self, files: &FileList, workspace: &str, collection: &str) {
        for file in (0..files.length()).filter_map(|at| files.item(at)) {
            // A size is a whole number below 2^53, which a float holds exactly.
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "see above")]
            let bytes = file.size() as u64;
            let id = self
                .uploads
                .try_update(|uploads| uploads.add(&file.name(), bytes, collection));
            if let Some(id) = id {
                self.files
                    .update_value(|files| files.push((id, workspace.to_owned(), file)));
            }
        }
        self.pump();
    }

    fn pump(self) {
        while let Some(upload) = self.uploads.try_update(Uploads::start_next).flatten() {
            spawn_local(self.carry(upload));
        }
    }

    async fn carry(self, upload: Upload) {
        let id = upload.id;
        let find = |files: &Vec<(u32, String, File)>| files.iter().find(|(of, ..)| *of == id).cloned();
        let Some((_, workspace, file)) = self.files.try_with_value(find).flatten() else {
            return;
        };
        let progress = move |percent| self.set(id, Stage::Sending(percent));
        let stage = match self
            .api
            .upload_document(&workspace, &upload.collection, &file, progress)
            .await
        {
            Ok(accepted) if accepted.duplicate => Stage::Duplicate,
            Ok(_) => Stage::Accepted,
            Err(error) if error.code == "RATE_LIMITED" => {
                self.set(id, Stage::Waiting);
                set_timeout(move || self.pump(), self.pause(false));
                return;
            }
            Err(error) => Stage::Refused {
                again: worth_trying_again(&error),
                why: error.detail,
            },
        };
        self.pause(true);
        self.set(id, stage);
        self.tell();
        self.pump();
    }

    /// Notes whether the server took a request or said that it is too much; returns how long to wait.
    fn pause(self, is_taken: bool) -> Duration {
        let note = |backoff: &mut Backoff| backoff.note(is_taken, platform::random());
        self.backoff.try_update_value(note).unwrap_or_default()
    }

    /// Says that files have arrived: of many, not each by itself, since every list that hears of it is asked for again.
    fn tell(self) {
        let now = platform::now();
        let last = !self.uploads.try_with_untracked(Uploads::under_way).unwrap_or_default();
        let long_ago = self
            .told
            .try_get_value()
            .is_some_and(|told| now - told > RELOAD_PAUSE_MS);
        if last || long_ago {
            let _gone = self.told.try_set_value(now);
            let _gone = self.arrived.try_update(|arrived| *arrived += 1);
        }
    }

    fn set(self, id: u32, stage: Stage) {
        let _gone = self.uploads.try_update(|uploads| uploads.set(id, stage));
    }

    fn retry(self, id: u32) {
        self.uploads.update(|uploads| uploads.retry(id));
        self.pump();
    }
}

fn worth_trying_again(error: &Error) -> bool {
    error.code == UNREACHABLE || error.code == "INTERNAL" || error.code.starts_with("STATUS_5")
}

/// Shows the files on their way, at the edge of the screen.
#[component]
pub fn UploadTray() -> impl IntoView {
    let tray = expect_context::<Tray>();
    let unsaved = expect_context::<Unsaved>();
    Effect::new(move |_| unsaved.set_sending(tray.uploads.with(Uploads::under_way)));
    on_cleanup(move || unsaved.set_sending(false));
    let summary = Memo::new(move |_| tray.uploads.with(Uploads::summary));
    view! {
        <Show when=move || !tray.uploads.with(Uploads::is_empty)>
            <section class="tray" aria-label="Uploads">
                <header class="tray__head">
                    <p class="tray__title" role="status">{summary}</p>
                    <Show when=move || !tray.uploads.with(Uploads::under_way)>
                        <button
                            type="button"
                            class="button button--bare button--icon"
                            aria-label="Put the uploads away"
                            on:click=move |_| tray.uploads.update(Uploads::put_away)
                        >
                            {icon(Icon::Close)}
                        </button>
                    </Show>
                </header>
                <ul class="tray__list">
                    <For each=move || tray.uploads.with(Uploads::ids) key=|id| *id let(id)>
                        <Line id=id />
                    </For>
                </ul>
            </section>
        </Show>
    }
}

#[component]
fn Line(id: u32) -> impl IntoView {
    let tray = expect_context::<Tray>();
    let upload = Memo::new(move |_| tray.uploads.with(|uploads| uploads.find(id).cloned()));
    let name = move || upload.get().map(|upload| upload.name);
    let stage = Memo::new(move |_| upload.get().map(|upload| upload.stage));
    let percent = Memo::new(move |_| match stage.get() {
        Some(Stage::Sending(percent)) => percent,
        _ => 0,
    });
    let sending = Memo::new(move |_| matches!(stage.get(), Some(Stage::Sending(_))));
    let said = move || match stage.get() {
        Some(Stage::Waiting) => "Waiting".to_owned(),
        Some(Stage::Sending(percent)) => format!("{percent} %"),
        Some(Stage::Accepted) => "Uploaded".to_owned(),
        Some(Stage::Duplicate) => "Already there: nothing was added".to_owned(),
        Some(Stage::Refused { why, .. }) => why,
        None => String::new(),
    };
    let refused = move || matches!(stage.get(), Some(Stage::Refused { .. }));
    let again = move || matches!(stage.get(), Some(Stage::Refused { again: true, .. }));
    view! {
        <li class="tray__line" class:tray__line--bad=refused>
            <span class="tray__name">{name}</span>
            <span class="tray__size">{move || upload.get().map(|upload| size(upload.size))}</span>
            <span class="tray__said">{said}</span>
            <Show when=move || sending.get()>
                <Meter label="Sent" percent=percent />
            </Show>
            <Show when=again>
                <button type="button" class="button button--small" on:click=move |_| tray.retry(id)>"Try again"</button>
            </Show>
        </li>
    }
}
