//! What the proxy-means model is good for, and what not.

use kernel::Text;
use maud::{Markup, PreEscaped, html};

use super::beside::Beside;
use super::chart::{Bar, Caption, Lane, bars, data_beside};
use super::words::{both, length, number, percent, percent_of, text};
use crate::identify::summary::{ModelFigures, Summary};

/// Features of the chart; the rest add up to little.
const TOP: usize = 12;

pub(super) fn section(summary: &Summary, beside: &Beside) -> Markup {
    html! {
        section id="model" {
            h2 { (both("模型说明", "Model card")) }
            @if let Some(model) = &summary.model { (card(model)) (importance(model, beside)) }
            @else { p.note { (both("本次没有使用模型。", "No model was used.")) } }
            (PreEscaped(super::CURVES.concat()))
        }
    }
}

fn card(model: &ModelFigures) -> Markup {
    let (rows, positives) = (length(model.rows), length(model.positives));
    html! {
        dl.card {
            dt { (both("模型", "model")) } dd { code { (model.id) } }
            dt { (both("训练户数", "households to learn from")) } dd { (number(rows)) }
            dt { (both("其中贫困", "of them poor")) } dd { (number(positives)) " (" (percent_of(positives, rows)) ")" }
            dt { "AUC" } dd { (format!("{:.3}", model.auc)) " – " (both("随机取一贫一非，排对次序的机会", "chance to rank a poor household above one that is not")) }
            dt { (both("对数损失", "log loss")) } dd { (format!("{:.3}", model.log_loss)) " – " (both("概率越准越小", "the smaller, the truer the probabilities")) }
            dt { (both("漏评率", "exclusion error")) } dd { (percent(model.exclusion_error)) " – " (both("按名额等于贫困户数选取时，被漏掉的贫困户", "poor households missed when as many are chosen as are poor")) }
            dt { (both("选择理由", "why this model")) } dd { (model.reason) }
        }
        p.caveat { (both(
            &format!("模型只从 {} 户样本中学到收入贫困的规律，单凭模型不作任何决定：它最多促成一次入户。大约每 100 户贫困户会漏掉 {:.0} 户，所以申请、举报和走访不能省。", number(rows), model.exclusion_error * 100.0),
            &format!(
                "The model learnt what goes with poverty from {} households. Alone it decides nothing: at most it sends a visitor. \
                 It would miss about {:.0} of every 100 poor households, so applications, appeals and visits remain necessary.",
                number(rows), model.exclusion_error * 100.0
            ),
        )) }
    }
}

fn importance(model: &ModelFigures, beside: &Beside) -> Markup {
    let mut features: Vec<&(String, f64)> = model.importance.iter().filter(|(_, share)| *share > 0.0).collect();
    features.sort_by(|a, b| b.1.total_cmp(&a.1));
    let title = |name: &String| beside.features.get(name).cloned().unwrap_or_else(|| Text::new(name, name));
    let caption = Caption {
        id: "importance",
        title: Text::new("模型主要依据", "What the model relies on"),
        description: Text::new(
            "各特征对预测改进的份额，从大到小",
            "share of each feature in the improvement of the prediction, largest first",
        ),
    };
    let lane = |share: f64| Lane { parts: vec![(share, "a")], figure: percent(share) };
    let drawn: Vec<Bar> = features.iter().take(TOP).map(|(name, share)| Bar { label: title(name), lanes: vec![lane(*share)] }).collect();
    let rows: Vec<Vec<Markup>> =
        features.iter().map(|(name, share)| vec![text(&title(name)), html! { code { (name) } }, html! { (percent(*share)) }]).collect();
    let header = [Text::new("特征", "feature"), Text::new("名称", "name"), Text::new("份额", "share")];
    html! {
        @if !features.is_empty() {
            div.pair {
                figure { figcaption { (text(&caption.title)) } (bars(&caption, &drawn)) }
                (data_beside(&caption.title, &header, &rows, 1))
            }
        }
    }
}
