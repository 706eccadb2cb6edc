//! Figures between this dialect's words and ours, and as tables.
use super::csv::{Cell, Csv};
use edge_core::analytics::{self, Cluster};
use edge_model::Timestamp;
use edge_model::analytics::{AgentShare, Daily, Overview, Period};
use edge_model::time::{DAY, TimeDelta};
use shared::analytics as wire;

/// How many other wordings of a question are shown.
const VARIANTS: usize = 10;

/// Returns a share in percent, to one decimal place.
fn percent(part: f64, whole: f64) -> f64 {
    if whole == 0.0 {
        return 0.0;
    }
    (part / whole * 1_000.0).round() / 10.0
}

/// Returns by how much a count changed, in percent: from nothing to something is 100.
fn change(now: u64, before: u64) -> f64 {
    match (now, before) {
        (0, 0) => 0.0,
        (_, 0) => 100.0,
        // Counts are far below 2^52.
        (now, before) => percent(now as f64 - before as f64, before as f64),
    }
}

fn rounded(number: f64, places: f64) -> f64 {
    (number * places).round() / places
}

pub(super) fn overview_figures(period: &Period, figures: Overview) -> wire::Overview {
    let Overview {
        conversations,
        conversations_before,
        messages,
        messages_before,
        agents,
        documents,
        latency_ms,
        answer_rate,
        rating,
    } = figures;
    wire::Overview {
        period: wire::Period {
            start: period.from.date(),
            end: period.until.plus(-TimeDelta::milliseconds(1)).date(),
        },
        stats: wire::Stats {
            total_conversations: conversations,
            total_messages: messages,
            active_agents: agents,
            knowledge_documents: documents,
            avg_response_time_ms: latency_ms.map(|it| it.round() as u64),
            satisfaction_score: rating.map(|it| rounded(it, 100.0)),
            answer_rate: answer_rate.map(|it| rounded(it, 1_000.0)),
        },
        trends: wire::Trends {
            conversations_change: change(conversations, conversations_before),
            messages_change: change(messages, messages_before),
        },
    }
}

pub(super) fn overview_csv(figures: &wire::Overview) -> Csv {
    let number = |it: Option<f64>| it.map_or(Cell::Nothing, Cell::Number);
    let stats = &figures.stats;
    let mut csv = Csv::new(&["figure", "value"]);
    for (name, value) in [
        ("period_start", Cell::Text(&figures.period.start)),
        ("period_end", Cell::Text(&figures.period.end)),
        ("total_conversations", Cell::Count(stats.total_conversations)),
        ("total_messages", Cell::Count(stats.total_messages)),
        ("active_agents", Cell::Count(stats.active_agents)),
        ("knowledge_documents", Cell::Count(stats.knowledge_documents)),
        (
            "avg_response_time_ms",
            stats.avg_response_time_ms.map_or(Cell::Nothing, Cell::Count),
        ),
        ("satisfaction_score", number(stats.satisfaction_score)),
        ("answer_rate", number(stats.answer_rate)),
        (
            "conversations_change",
            Cell::Number(figures.trends.conversations_change),
        ),
        ("messages_change", Cell::Number(figures.trends.messages_change)),
    ] {
        csv.row(&[Cell::Text(name), value]);
    }
    csv
}

pub(super) fn day_figures(figures: analytics::Conversations) -> wire::Conversations {
    let total: u64 = figures.by_agent.iter().map(|it| it.conversations).sum();
    let day = |it: Daily| wire::Day {
        date: Timestamp(it.day.saturating_mul(DAY)).date(),
        conversations: it.conversations,
        messages: it.messages,
        avg_duration_seconds: it.seconds.unwrap_or_default().round() as u64,
    };
    let hour = |it: edge_model::analytics::Hourly| wire::Hour {
        hour: it.hour,
        count: it.count,
    };
    let share = |it: AgentShare| wire::AgentShare {
        agent_id: it.agent_id.to_string(),
        agent_name: it.name,
        conversations: it.conversations,
        percentage: percent(it.conversations as f64, total as f64),
    };
    wire::Conversations {
        daily_data: figures.daily.into_iter().map(day).collect(),
        peak_hours: figures.hourly.into_iter().map(hour).collect(),
        by_agent: figures.by_agent.into_iter().map(share).collect(),
    }
}

pub(super) fn conversations_csv(figures: &wire::Conversations) -> Csv {
    let mut csv = Csv::new(&["date", "conversations", "messages", "avg_duration_seconds"]);
    for day in &figures.daily_data {
        csv.row(&[
            Cell::Text(&day.date),
            Cell::Count(day.conversations),
            Cell::Count(day.messages),
            Cell::Count(day.avg_duration_seconds),
        ]);
    }
    csv
}

fn variants(cluster: &Cluster) -> Vec<String> {
    let others = cluster.questions.iter().skip(1).take(VARIANTS);
    others.map(|it| it.text.clone()).collect()
}

pub(super) fn question(cluster: &Cluster) -> wire::Question {
    let trend = match cluster.growth() {
        0 => "stable",
        1.. => "up",
        _ => "down",
    };
    wire::Question {
        question: cluster.question().into(),
        count: cluster.count(),
        trend: trend.into(),
        avg_confidence: rounded(cluster.confidence(), 100.0),
        previous_count: cluster.count_before(),
        variants: variants(cluster),
    }
}

pub(super) fn questions_csv(questions: &[wire::Question]) -> Csv {
    let mut csv = Csv::new(&["question", "count", "previous_count", "trend", "avg_confidence"]);
    for question in questions {
        csv.row(&[
            Cell::Text(&question.question),
            Cell::Count(question.count),
            Cell::Count(question.previous_count),
            Cell::Text(&question.trend),
            Cell::Number(question.avg_confidence),
        ]);
    }
    csv
}

pub(super) fn unanswered_question(found: &analytics::Unanswered) -> wire::Unanswered {
    let status = if found.resolved_at.is_some() {
        "RESOLVED"
    } else {
        "OPEN"
    };
    wire::Unanswered {
        id: found.id.clone(),
        question: found.cluster.question().into(),
        occurrences: found.cluster.count(),
        first_seen: found.cluster.first_at().date(),
        last_seen: found.cluster.last_at().date(),
        status: status.into(),
        variants: variants(&found.cluster),
    }
}

pub(super) fn unanswered_csv(unanswered: &[wire::Unanswered]) -> Csv {
    let mut csv = Csv::new(&["id", "question", "occurrences", "first_seen", "last_seen", "status"]);
    for question in unanswered {
        csv.row(&[
            Cell::Text(&question.id),
            Cell::Text(&question.question),
            Cell::Count(question.occurrences),
            Cell::Text(&question.first_seen),
            Cell::Text(&question.last_seen),
            Cell::Text(&question.status),
        ]);
    }
    csv
}
