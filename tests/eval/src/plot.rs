//! The figures as a picture: how far the confidence can be trusted, and how often the right passage is found.
use super::shares;
use retrieval::eval::Report;
use std::fmt::Write as _;

/// Where the reliability diagram stands, in pixels: left, top, and the length of its sides.
const DIAGRAM: (f64, f64, f64) = (76.0, 84.0, 320.0);
/// Where the bars stand: left, top, and the length of a full one.
const BARS: (f64, f64, f64) = (590.0, 84.0, 250.0);
const STYLE: &str = "
  text { font: 13px system-ui, sans-serif; fill: #1f2933 }
  .title { font-size: 17px; font-weight: 600 } .small { font-size: 11px; fill: #52606d }
  .axis { stroke: #52606d } .grid { stroke: #e4e7eb } .ideal { stroke: #9aa5b1; stroke-dasharray: 5 4 }
  .bar { fill: #2f6fde } .track { fill: #e9eef7 } .line { fill: none; stroke: #2f6fde; stroke-width: 2 }
  .point { fill: #2f6fde; fill-opacity: .8; stroke: #fff } .counts { fill: #c3d3f3 } .ground { fill: #fff }
";

/// Returns the picture as SVG.
pub(super) fn drawn(name: &str, report: &Report) -> String {
    let mut svg = format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 920 540\" width=\"920\" height=\"540\" role=\"img\">\n\
         <title>Evaluation of {name}</title>\n<style>{STYLE}</style>\n\
         <rect class=\"ground\" width=\"920\" height=\"540\"/>\n",
        name = escaped(name)
    );
    let summary = format!(
        "{}: {} passages, {} questions, {} answerable",
        escaped(name),
        report.passages,
        report.questions,
        report.answerable
    );
    text(&mut svg, 24.0, 34.0, "title", "start", &summary);
    reliability(&mut svg, report);
    bars(&mut svg, report);
    svg.push_str("</svg>\n");
    svg
}

fn reliability(svg: &mut String, report: &Report) {
    let (left, top, side) = DIAGRAM;
    let bottom = top + side;
    let (x, y) = (|value: f64| left + value * side, |value: f64| bottom - value * side);
    let heading = format!("Reliability (ECE {:.3})", report.ece);
    text(svg, left, top - 18.0, "", "start", &heading);
    for tick in 0..=5_u8 {
        let value = f64::from(tick) / 5.0;
        line(svg, "grid", (x(0.0), y(value)), (x(1.0), y(value)));
        line(svg, "grid", (x(value), y(0.0)), (x(value), y(1.0)));
        let label = format!("{value:.1}");
        text(svg, left - 8.0, y(value) + 4.0, "small", "end", &label);
        text(svg, x(value), bottom + 78.0, "small", "middle", &label);
    }
    line(svg, "ideal", (x(0.0), y(0.0)), (x(1.0), y(1.0)));
    text(svg, x(0.62) - 4.0, y(0.66) - 6.0, "small", "end", "as sure as right");
    // Below the diagram, on its own scale: how many questions there are of each confidence.
    let most = report.reliability.iter().map(|bin| bin.count).max().unwrap_or(1).max(1) as f64;
    let mut path = String::new();
    let mut points = String::new();
    for bin in &report.reliability {
        let height = 44.0 * bin.count as f64 / most;
        let _ = writeln!(
            points,
            "<rect class=\"counts\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"/>",
            x(bin.from) + 2.0,
            bottom + 60.0 - height,
            side / 10.0 - 4.0
        );
        text(
            &mut points,
            x(bin.from + 0.05),
            bottom + 57.0 - height,
            "small",
            "middle",
            &bin.count.to_string(),
        );
        let (at, up) = (x(bin.mean_confidence), y(bin.true_share));
        let _ = write!(path, "{} {at:.1} {up:.1} ", if path.is_empty() { "M" } else { "L" });
        let _ = writeln!(
            points,
            "<circle class=\"point\" cx=\"{at:.1}\" cy=\"{up:.1}\" r=\"5\"/>"
        );
    }
    let _ = writeln!(svg, "<path class=\"line\" d=\"{path}\"/>");
    svg.push_str(&points);
    line(svg, "axis", (x(0.0), y(0.0)), (x(1.0), y(0.0)));
    line(svg, "axis", (x(0.0), y(0.0)), (x(0.0), y(1.0)));
    line(svg, "axis", (x(0.0), bottom + 60.0), (x(1.0), bottom + 60.0));
    text(
        svg,
        x(0.5),
        bottom + 100.0,
        "",
        "middle",
        "Confidence (below: questions)",
    );
    let middle = y(0.5);
    let _ = writeln!(
        svg,
        "<text x=\"30\" y=\"{middle}\" text-anchor=\"middle\" transform=\"rotate(-90 30 {middle})\">Answerable, share</text>"
    );
}

fn bars(svg: &mut String, report: &Report) {
    let (left, top, length) = BARS;
    text(
        svg,
        left - 122.0,
        top - 18.0,
        "",
        "start",
        "Shares of the answerable questions",
    );
    let mut row = top;
    for (name, share) in shares(report) {
        text(svg, left - 12.0, row + 19.0, "", "end", name);
        let _ = writeln!(
            svg,
            "<rect class=\"track\" x=\"{left}\" y=\"{row}\" width=\"{length}\" height=\"28\"/>\n\
             <rect class=\"bar\" x=\"{left}\" y=\"{row}\" width=\"{:.1}\" height=\"28\"/>",
            share * length
        );
        let percent = format!("{:.1} %", share * 100.0);
        text(svg, left + length + 8.0, row + 19.0, "", "start", &percent);
        row += 44.0;
    }
    for tick in 0..=4_u8 {
        let at = left + length * f64::from(tick) / 4.0;
        line(svg, "axis", (at, row - 10.0), (at, row - 5.0));
        let label = format!("{} %", 25 * u32::from(tick));
        text(svg, at, row + 10.0, "small", "middle", &label);
    }
    line(svg, "axis", (left, row - 10.0), (left + length, row - 10.0));
    let area = report
        .auroc
        .map_or_else(|| "not measured".into(), |it| format!("{it:.3}"));
    let lines = [
        format!("Answerability AUROC: {area}"),
        format!("Time: {:.2} ms a question", report.ms_per_query),
    ];
    for (number, said) in (0_u8..).zip(&lines) {
        text(
            svg,
            left - 122.0,
            row + 44.0 + 22.0 * f64::from(number),
            "",
            "start",
            said,
        );
    }
}

fn line(svg: &mut String, class: &str, from: (f64, f64), to: (f64, f64)) {
    let _ = writeln!(
        svg,
        "<line class=\"{class}\" x1=\"{:.1}\" y1=\"{:.1}\" x2=\"{:.1}\" y2=\"{:.1}\"/>",
        from.0, from.1, to.0, to.1
    );
}

fn text(svg: &mut String, x: f64, y: f64, class: &str, anchor: &str, said: &str) {
    let _ = writeln!(
        svg,
        "<text class=\"{class}\" x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\">{said}</text>"
    );
}

fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_cannot_break_the_picture() {
        assert_eq!(escaped("a<b>&c"), "a&lt;b&gt;&amp;c");
    }
}
