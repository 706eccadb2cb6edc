//! The figures as tables for a terminal.
use super::{name, shares};
use retrieval::eval::Report;
use std::path::Path;

pub(super) fn print(folder: &Path, report: &Report) {
    println!(
        "{}: {} passages, {} questions, {} of them answerable\n",
        name(folder),
        report.passages,
        report.questions,
        report.answerable
    );
    for (name, share) in shares(report) {
        println!("  {name:<28}{:>7.1} %", share * 100.0);
    }
    match report.auroc {
        Some(area) => println!("  {:<28}{area:>9.3}", "Answerability AUROC"),
        None => println!("  {:<28}{:>9}", "Answerability AUROC", "-"),
    }
    println!("  {:<28}{:>9.3}", "Calibration error (ECE)", report.ece);
    println!("  {:<28}{:>9.3}", "Milliseconds per question", report.ms_per_query);
    println!("\n  Threshold   answerable kept   others refused");
    for (place, threshold) in [0.5, 0.6, 0.7].into_iter().enumerate() {
        let percent = |shares: Option<&[f64; 3]>| {
            let share = shares.and_then(|it| it.get(place));
            share.map_or_else(|| "-".into(), |it| format!("{:.1} %", it * 100.0))
        };
        let (kept, refused) = (percent(Some(&report.kept)), percent(report.refused.as_ref()));
        println!("  {threshold:>9.1}   {kept:>15}   {refused:>14}");
    }
    println!("\n  Confidence   questions   mean confidence   answerable");
    for bin in &report.reliability {
        println!(
            "  {:.1} to {:.1}   {:>9}   {:>15.3}   {:>10.3}",
            bin.from,
            bin.from + 0.1,
            bin.count,
            bin.mean_confidence,
            bin.true_share
        );
    }
}
