//! The catalogue behind `fupin explain-code`: every stable code, what it means and what to do.

use crate::language::Language;

/// One entry of the catalogue.
#[derive(Debug, Clone, Copy)]
pub struct CodeEntry {
    pub code: &'static str,
    zh: (&'static str, &'static str),
    en: (&'static str, &'static str),
}

impl CodeEntry {
    /// What the code means.
    #[must_use]
    pub const fn meaning(&self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh.0,
            Language::En => self.en.0,
        }
    }

    /// What to do about it.
    #[must_use]
    pub const fn remedy(&self, language: Language) -> &'static str {
        match language {
            Language::Zh => self.zh.1,
            Language::En => self.en.1,
        }
    }
}

const fn entry(code: &'static str, zh: (&'static str, &'static str), en: (&'static str, &'static str)) -> CodeEntry {
    CodeEntry { code, zh, en }
}

/// All codes in order.
pub const CATALOGUE: &[CodeEntry] = &[
    entry("FP0101", ("文件为空", "确认导出是否完整后重新导出"), ("the file is empty", "check the export and export it again")),
    entry(
        "FP0102",
        ("文件编码无法识别", "另存为 UTF-8 或 GB18030，或用 --encoding 指定"),
        ("the encoding is not known", "save as UTF-8 or GB18030, or name it with --encoding"),
    ),
    entry("FP0103", ("单元格不是数字", "只写数字，如 12600"), ("the cell is not a number", "write digits only, for example 12600")),
    entry("FP0104", ("单元格不是日期", "写成 2014-01-05"), ("the cell is not a date", "write it as 2014-01-05")),
    entry("FP0105", ("必填单元格为空", "补填后重新导入"), ("a required cell is empty", "fill it in and import again")),
    entry("FP0106", ("数值超出允许范围", "核对并更正"), ("the value is outside its range", "check and correct it")),
    entry(
        "FP0107",
        ("代码不在代码表中", "使用代码表中的值，或在方案中增加别名"),
        ("the code is not in its list", "use a value of the list, or add an alias to the programme"),
    ),
    entry("FP0108", ("身份证号码有误", "对照证件更正"), ("the identity number is wrong", "compare with the card and correct it")),
    entry(
        "FP0109",
        ("残疾证号码有误", "对照证件更正"),
        ("the disability certificate number is wrong", "compare with the certificate and correct it"),
    ),
    entry(
        "FP0110",
        ("行政区划代码有误", "使用 2 至 12 位统计用区划代码"),
        ("the area code is wrong", "use the statistical code of 2 to 12 digits"),
    ),
    entry("FP0111", ("不是是/否", "填写 是 或 否"), ("the cell is not yes or no", "write yes or no")),
    entry(
        "FP0112",
        ("主键重复，内容不同", "保留正确的一行"),
        ("a second row has the same key and other content", "keep the row that is right"),
    ),
    entry(
        "FP0113",
        ("缺少必需的列", "在表头中补上该列，或在方案中增加列名"),
        ("a required column is missing", "add the column to the header, or its name to the programme"),
    ),
    entry("FP0114", ("表头重复", "删除或改名其中一列"), ("two columns have the same header", "remove or rename one of them")),
    entry(
        "FP0115",
        ("未识别的列，未读入", "如需要，在方案中增加该列名"),
        ("a column is not known and was not read", "if it is needed, add its name to the programme"),
    ),
    entry(
        "FP0116",
        ("未识别的文件，未读入", "按方案中的文件名命名，或用 --table 指定"),
        ("a file belongs to no table and was not read", "name it as the programme says, or assign it with --table"),
    ),
    entry("FP0117", ("缺少必需的表", "提供该表的文件"), ("a required table is missing", "provide a file for it")),
    entry(
        "FP0118",
        ("行的列数与表头不同", "检查分隔符和引号"),
        ("the row has another number of cells than the header", "check delimiters and quotes"),
    ),
    entry("FP0119", ("行过长", "检查引号是否闭合"), ("the row is too long", "check that quotes are closed")),
    entry("FP0120", ("文件损坏或被截断", "重新传输该文件"), ("the file is damaged or cut off", "transfer the file again")),
    entry("FP0121", ("文件不是表格", "提供 CSV、XLSX 或 Parquet 文件"), ("the file is not a table", "provide CSV, XLSX or Parquet")),
    entry(
        "FP0122",
        ("Excel 将号码存为数字，末位已失真", "将该列设为文本后重新录入"),
        ("Excel stored the number as a float and lost its last digits", "format the column as text and enter it again"),
    ),
    entry(
        "FP0123",
        ("公式单元格没有保存结果", "在 Excel 中打开并保存一次"),
        ("a formula cell has no stored result", "open and save the workbook in Excel once"),
    ),
    entry("FP0124", ("电话号码有误", "只写数字"), ("the telephone number is wrong", "write digits only")),
    entry("FP0125", ("Excel 错误值", "更正公式后重新导出"), ("the cell holds an Excel error", "correct the formula and export again")),
    entry(
        "FP0126",
        ("错误过多，导入中止", "先更正，或提高 --max-errors"),
        ("too many errors, the import stopped", "correct them first, or raise --max-errors"),
    ),
    entry(
        "FP0130",
        ("成员所属的户不存在", "补充该户或更正户编号"),
        ("the member's household does not exist", "add the household or correct its number"),
    ),
    entry("FP0131", ("户没有成员", "补充成员"), ("the household has no members", "add its members")),
    entry("FP0201", ("方案文件语法错误", "按提示更正"), ("the programme file cannot be read", "correct it as shown")),
    entry("FP0202", ("编号重复", "改用唯一编号"), ("an id is used twice", "choose a unique id")),
    entry("FP0203", ("引用了不存在的名称", "按建议更正"), ("a name does not exist", "correct it as suggested")),
    entry("FP0204", ("权重之和不为 1", "调整权重"), ("weights do not sum to 1", "adjust the weights")),
    entry("FP0205", ("临界值超出范围", "取大于 0 且不超过 1 的值"), ("the cutoff is out of range", "choose a value above 0 and at most 1")),
    entry("FP0206", ("派生列循环引用", "打破循环"), ("derived columns refer to each other in a circle", "break the circle")),
    entry("FP0208", ("缺少示例", "补充 fires 和 passes"), ("examples are missing", "add fires and passes")),
    entry("FP0210", ("有步骤无法到达", "用 then 连接该步骤，或删除"), ("no way leads to a step", "name it in a then, or remove it")),
    entry(
        "FP0211",
        ("步骤循环", "then 只能向前；退回写在 returns_to 中"),
        ("steps follow each other in a circle", "let then lead on and name ways back in returns_to"),
    ),
    entry(
        "FP0212",
        ("程序没有审批，或在审批之前录入", "保留一个 approval 步骤，并放在 entry 之前"),
        ("a procedure has no single approval before its entry", "keep one step of kind approval and put it before the entry"),
    ),
    entry(
        "FP0213",
        ("提出者可能审批自己的提议", "在审批步骤的 distinct_from 中列出这些步骤"),
        ("who proposes could approve", "list the proposing steps in distinct_from of the approval"),
    ),
    entry("FP0214", ("公示天数为零", "至少公示 1 天"), ("a notice is posted for no days", "post it for at least 1 day")),
    entry(
        "FP0215",
        ("期限短于公示期", "延长期限或缩短公示"),
        ("a term is over before its notice is", "allow more days, or post the notice for fewer"),
    ),
    entry(
        "FP0216",
        ("同一程序的两个版本同时有效，或有效期颠倒", "用 valid_until 结束旧版本"),
        (
            "two versions of a procedure are valid at the same time, or a validity ends before it begins",
            "end the older version with valid_until",
        ),
    ),
    entry(
        "FP0217",
        ("退回的步骤不在该步骤之前", "只列出更早的步骤"),
        ("a way back does not lead to an earlier step", "name earlier steps only"),
    ),
    entry(
        "FP0218",
        ("步骤缺少其类型所需的内容，或含有多余内容", "按提示补充或删除"),
        ("a step lacks what its kind needs, or has what its kind does not use", "add or remove it as shown"),
    ),
    entry(
        "FP0219",
        ("决定没有申诉途径", "增加 outcome 为 uphold_or_overturn 的程序"),
        ("a decision could not be appealed against", "add a procedure whose outcome is uphold_or_overturn"),
    ),
    entry(
        "FP0220",
        ("日历自相矛盾", "节假日与调休上班日不能重复，调休上班日应为周末"),
        ("the calendar contradicts itself", "a holiday is no working day, and make-up days are weekend days"),
    ),
    entry("FP0301", ("表达式有误", "按提示更正"), ("the expression is wrong", "correct it as shown")),
    entry(
        "FP0302",
        ("表达式中使用了不允许的内容", "只使用文档列出的运算和函数"),
        ("the expression uses what is not allowed", "use only the operators and functions of the documentation"),
    ),
    entry(
        "FP0303",
        ("表达式结果类型不符", "改写为所需类型"),
        ("the expression has the wrong type", "rewrite it to give the type that is needed"),
    ),
    entry("FP0304", ("除数为零", "改写"), ("the divisor is zero", "rewrite it")),
    entry(
        "FP0305",
        ("文字被当作数字", "改为代码比较"),
        ("a text is silently taken for a number", "compare with a code or convert explicitly"),
    ),
    entry("FP0306", ("示例与规则不符", "更正示例或规则"), ("an example disagrees with its rule", "correct the example or the rule")),
    entry(
        "FP0401",
        ("没有经核实的结果，不能训练", "提供核实样本"),
        ("there is no verified outcome to learn from", "provide a verified sample"),
    ),
    entry(
        "FP0402",
        ("模型与方案不符", "用当前方案重新训练"),
        ("the model was made for other columns", "train it again with this programme"),
    ),
    entry(
        "FP0403",
        ("模型没有验证记录，已拒绝", "用 fupin train 训练"),
        ("the model carries no validation and was refused", "train it with fupin train"),
    ),
    entry(
        "FP0501",
        ("输出目录已存在且不是 fupin 的结果", "换一个目录"),
        ("the output folder exists and is not a result of fupin", "choose another folder"),
    ),
    entry("FP0502", ("读写失败", "检查路径、权限和磁盘空间"), ("reading or writing failed", "check path, rights and disk space")),
    entry("FP0503", ("数据目录中没有可用的表", "检查 --data"), ("the data folder holds no table of the programme", "check --data")),
    entry(
        "FP0504",
        ("集群无法完成计算", "检查调度节点和执行节点是否为同一程序、能否互相访问、是否共享目录"),
        (
            "the cluster could not compute it",
            "check that scheduler and executors run the same program, reach each other and share the folders",
        ),
    ),
    entry(
        "FP0505",
        ("档案库无法完成操作", "检查数据目录、数据库地址和磁盘空间后重试"),
        ("the records could not do it", "check the data folder, the database's address and disk space, then try again"),
    ),
    entry(
        "FP0506",
        ("档案核对不符", "停止写入，保留现场，从备份恢复后比对差异"),
        ("the records do not verify", "stop writing, keep everything as it is, restore a backup beside it and compare"),
    ),
    entry(
        "FP0507",
        ("配置文件有误", "按提示更正；可用的键见 docs/operations.md"),
        ("the configuration file is wrong", "correct it as shown; docs/operations.md names all keys"),
    ),
    entry(
        "FP0508",
        ("该户的姓名和号码仍须保存", "按所述原因处理；保存期限见方案的 [retention]"),
        ("names and numbers of the household must still be kept", "settle what is said; [retention] of the programme says for how long"),
    ),
    entry(
        "FP0509",
        ("数据目录正在使用", "先停止服务和其他命令"),
        ("the data folder is in use", "stop the service and other commands first"),
    ),
    entry(
        "FP0601",
        ("提交记录没有实例编号", "从 ODK 或 Kobo 重新导出，保留 instanceID 列"),
        ("a submission has no instance id", "export it again from ODK or Kobo, with the column instanceID"),
    ),
    entry(
        "FP0602",
        ("提交记录所属的案件不存在，或不在您的辖区", "核对县代码和案件编号"),
        ("there is no such case, or not in your area", "compare the county and the number of the case"),
    ),
    entry(
        "FP0603",
        ("案件目前不能接受这次入户", "按所述原因处理后重新提交"),
        ("the case does not take the visit now", "settle what is said and hand it in again"),
    ),
    entry(
        "FP0604",
        ("该实例已提交过，内容不同", "核对后作为新的记录提交"),
        ("this instance was handed in before with other answers", "compare both and hand it in as a new submission"),
    ),
];

/// The entry of a code, if it exists.
#[must_use]
pub fn code_entry(code: &str) -> Option<&'static CodeEntry> {
    CATALOGUE.iter().find(|entry| entry.code.eq_ignore_ascii_case(code))
}

#[cfg(test)]
mod tests {
    use super::CATALOGUE;

    #[test]
    fn codes_are_unique_and_sorted() {
        assert!(CATALOGUE.windows(2).all(|pair| pair[0].code < pair[1].code));
    }
}
