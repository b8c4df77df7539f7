//! `fupin import`.

use analytics::register::Register;
use kernel::Severity;

use crate::cli::ImportArgs;
use crate::console::Console;
use crate::failure::{Failure, Result};
use crate::identify::beside;
use crate::records::Records;

pub(crate) fn run(args: &ImportArgs, console: &Console) -> Result<()> {
    let programme = crate::definition::load(&args.source.programme)?;
    let report = super::run_import(&programme, &args.source, &args.out, args.dry_run, console)?;
    if report.unchanged {
        console.note(console.say("内容未变，登记册保持不变", "nothing changed: the register already holds exactly these files"));
    }
    let counts = |table: &String, c: &analytics::reading::table::Counts| {
        vec![table.clone(), c.read.to_string(), c.accepted.to_string(), c.rejected.to_string(), c.repeated.to_string()]
    };
    let rows: Vec<Vec<String>> = report.manifest.counts.iter().map(|(table, c)| counts(table, c)).collect();
    console.table(console.say("导入", "import"), &["table", "read", "accepted", "rejected", "repeated"], &rows);
    if let Some(folder) = args.records.as_ref().filter(|_| !args.dry_run) {
        let register = Register::open(&args.out)?;
        let counts = crate::records::runtime()?.block_on(async {
            let records = Records::open(folder, args.database.as_deref()).await?;
            records.import(&programme, &register, console).await
        })?;
        let row = vec![counts.new.to_string(), counts.changed.to_string(), counts.same.to_string()];
        console.table(console.say("档案", "records"), &["new", "changed", "same"], &[row]);
    }
    console.findings(&report.findings, 40);
    if !args.dry_run && !report.findings.is_empty() {
        let path = beside(&args.out, "findings.csv");
        std::fs::write(&path, findings_csv(&report.findings)).map_err(Failure::file(&path))?;
    }
    let errors = report.findings.iter().filter(|finding| finding.severity == Severity::Error).count();
    if errors > 0 {
        let rejects = beside(&args.out, "rejects");
        return Err(Failure::Findings(format!("{errors} error(s) in the input; rejected rows are in {}", rejects.display())));
    }
    Ok(())
}

/// All findings as CSV.
pub(crate) fn findings_csv(findings: &[kernel::Finding]) -> String {
    let mut text = String::from("code,severity,file,row,column,found,expected\n");
    for finding in findings {
        let severity = match finding.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Notice => "notice",
        };
        let row = finding.place.row.to_string();
        let cells = [&finding.code, severity, &finding.place.file, &row, &finding.place.column, &finding.found, &finding.expected];
        text.push_str(&crate::console::csv_line(cells.into_iter()));
        text.push('\n');
    }
    text
}
