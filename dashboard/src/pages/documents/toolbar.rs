//! What narrows the list of documents: words and a status. Both live in the address.
use super::listing::Knowledge;
use crate::components::icon::{Icon, icon};
use crate::state::documents::{Filter, Status};
use leptos::leptos_dom::helpers::TimeoutHandle;
use leptos::prelude::*;
use std::time::Duration;

/// Words and status.
#[component]
pub fn Toolbar() -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let narrow = Callback::new(move |filter: Filter| knowledge.replace.run(knowledge.address(&filter, None)));
    let status = Memo::new(move |_| knowledge.filter.with(|filter| filter.status));
    let choose = move |event| {
        let status = Status::named(&event_target_value(&event));
        narrow.run(Filter {
            status,
            ..knowledge.filter.get_untracked()
        });
    };
    let options = Status::ALL
        .into_iter()
        .map(|offered| {
            let selected = move || status.get() == Some(offered);
            view! { <option value=offered.as_str() selected=selected>{offered.label()}</option> }
        })
        .collect_view();
    view! {
        <div class="toolbar" role="search">
            <Search narrow=narrow />
            <label class="visually-hidden" for="status-filter">"Status"</label>
            <select class="input input--select toolbar__status" id="status-filter" on:change=choose>
                <option value="" selected=move || status.get().is_none()>"Any status"</option>
                {options}
            </select>
        </div>
    }
}

/// Words of the title. The list follows when the typing pauses.
#[component]
fn Search(narrow: Callback<Filter>) -> impl IntoView {
    let knowledge = expect_context::<Knowledge>();
    let pause = StoredValue::new(None::<TimeoutHandle>);
    let stop = move || {
        if let Some(handle) = pause.try_update_value(Option::take).flatten() {
            handle.clear();
        }
    };
    on_cleanup(stop);
    let typed = move |event| {
        let search = event_target_value(&event);
        stop();
        let follow = move || {
            narrow.run(Filter {
                search: search.clone(),
                ..knowledge.filter.get_untracked()
            })
        };
        pause.set_value(set_timeout_with_handle(follow, Duration::from_millis(250)).ok());
    };
    view! {
        <div class="search">
            {icon(Icon::Search)}
            <input
                class="input search__input"
                type="search"
                aria-label="Search documents by title"
                placeholder="Search by title"
                prop:value=knowledge.filter.with_untracked(|filter| filter.search.clone())
                on:input=typed
            />
        </div>
    }
}
