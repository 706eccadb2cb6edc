//! The three faces of a page's data: a skeleton while it comes, a sentence when it will not, the page when it is here.
use crate::components::icon::{Icon, icon};
use crate::remote::{Answer, Remote};
use leptos::prelude::*;
use shared::error::Error;

/// What a page looks like before its data is here.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Skeleton {
    /// So many lines of a list.
    Lines(usize),
    /// So many cards side by side.
    Cards(usize),
    /// Settings beside a panel.
    Editor,
}

#[derive(Clone, PartialEq)]
enum Face {
    Coming,
    Refused(Error),
    Ready,
}

/// Shows `ready` with the data once it is here. Later changes reach it through the signal; it is not built anew.
pub fn loaded<T, V>(
    remote: Remote<T>,
    skeleton: Skeleton,
    ready: impl Fn(Signal<T>) -> V + Send + 'static,
) -> impl IntoView
where
    T: Clone + PartialEq + Send + Sync + 'static,
    V: IntoView + 'static,
{
    let face = Memo::new(move |_| match remote.answer() {
        Answer::Pending => Face::Coming,
        Answer::Refused(error) => Face::Refused(error),
        Answer::Ready(_) => Face::Ready,
    });
    move || match face.get() {
        Face::Coming => skeleton_view(skeleton).into_any(),
        Face::Refused(error) => failure(&error, Callback::new(move |()| remote.refresh())).into_any(),
        Face::Ready => untrack(|| remote.value())
            .map(|first| {
                // While the page is being taken down its last data stays readable.
                let value = Memo::new(move |last: Option<&T>| {
                    remote
                        .value()
                        .or_else(|| last.cloned())
                        .unwrap_or_else(|| first.clone())
                });
                ready(value.into()).into_any()
            })
            .into_any(),
    }
}

/// Shows that something could not be had, and why, with a way to try again.
pub fn failure(error: &Error, again: Callback<()>) -> impl IntoView + use<> {
    let detail = error.detail.clone();
    let missing = error.code == "NOT_FOUND";
    view! {
        <div class="empty" role="alert">
            <span class="empty__icon empty__icon--bad">{icon(Icon::Warning)}</span>
            <h2 class="empty__title">{if missing { "Not found" } else { "This could not be loaded" }}</h2>
            <p class="empty__text">
                {if missing { "It may have been deleted, or it is not yours to see.".to_owned() } else { detail }}
            </p>
            <button type="button" class="button" on:click=move |_| again.run(())>
                {icon(Icon::Refresh)}
                "Try again"
            </button>
        </div>
    }
}

fn skeleton_view(skeleton: Skeleton) -> impl IntoView {
    let bars = |count: usize, class: &'static str| {
        (0..count)
            .map(move |_| view! { <div class=class></div> })
            .collect_view()
    };
    let body = match skeleton {
        Skeleton::Lines(count) => {
            view! { <div class="card skeleton__list">{bars(count, "skeleton__line")}</div> }.into_any()
        }
        Skeleton::Cards(count) => view! { <div class="cards">{bars(count, "skeleton__card")}</div> }.into_any(),
        Skeleton::Editor => view! {
            <div class="editor">
                <div class="skeleton__panel"></div>
                <div class="skeleton__panel"></div>
            </div>
        }
        .into_any(),
    };
    view! {
        <div class="skeleton" aria-busy="true">
            <span class="visually-hidden" role="status">"Loading"</span>
            {body}
        </div>
    }
}
