"""The words that the made-up posts consist of: our own lists and sentence moulds, in the Chinese written in Taiwan."""

from __future__ import annotations

from typing import Final

#: From the most used to the least; corpus.py draws them with Zipf-like weights.
TAGS: Final = (
    "人工智慧", "半導體", "AI Agent", "Podcast", "新創公司", "雲端服務", "OpenSource", "資安", "機器學習", "供應鏈",
    "開發者工具", "電動車", "Kubernetes", "遠端工作", "資料庫", "產品設計", "大型語言模型", "募資", "能源轉型",
    "Python", "太空科技", "生物科技", "機器人", "金融科技", "量子運算", "邊緣運算", "使用者研究", "Rust", "隱私權",
    "教育科技", "綠色運算", "C#", "智慧製造", "健康科技", "Node.js", "開放資料", "數位轉型", "無障礙設計",
    "語音介面", "長照科技",
)  # fmt: skip

#: Each post has one: some peers know no more than one category a post.
CATEGORIES: Final = ("產業觀察", "技術筆記", "人物訪談", "讀書心得", "活動紀錄", "每週摘要", "工具評測", "編輯室手記")

COMPANIES: Final = (
    ("quartz-river", "石英河科技"), ("north-lamp", "北燈運算"), ("paper-crane", "紙鶴軟體"),
    ("blue-ferry", "藍渡雲端"), ("maple-grid", "楓格電力"), ("tin-orchard", "錫園半導體"),
    ("slow-harbor", "慢港資料"), ("ninth-hill", "九丘機器人"), ("ink-forest", "墨林出版"),
    ("salt-bridge", "鹽橋生醫"), ("open-loom", "開織開源"), ("far-kite", "遠鳶航太"),
)  # fmt: skip

PEOPLE: Final = (
    ("lin-yu-han", "林語寒"), ("chen-po-wei", "陳柏維"), ("wu-an-chi", "吳安琪"), ("mia-torres", "Mia Torres"),
    ("huang-ching", "黃清"), ("kenji-mori", "森健治"), ("tsai-i-ting", "蔡依庭"),
    ("noah-lindqvist", "Noah Lindqvist"), ("hsu-ming", "許明"), ("priya-raman", "Priya Raman"),
)  # fmt: skip

SHOWS: Final = ("島嶼夜談", "晶片之外", "Late Build", "雲上的人", "半小時工程", "Slow Signal")

THINGS: Final = (
    "推論成本", "晶圓產能", "開發流程", "使用者體驗", "模型的上下文長度", "資料中心的散熱", "測試覆蓋率",
    "權限控管", "標註品質", "部署頻率", "硬體規格", "授權條款", "維運手冊", "回饋機制", "招募節奏", "現金流",
    "技術債", "API 的穩定度", "離線模式", "搜尋結果的排序", "語音辨識率", "電池壽命", "稽核紀錄", "版本相容性",
)  # fmt: skip

VERBS: Final = (
    "重新盤點", "拆開來看", "寫進年度計畫", "交給小組試行", "放到最後才處理", "當成共同語言", "用數字說清楚",
    "從頭做一遍", "和客戶一起驗證", "縮小到一週能完成的範圍", "改成每天都量測", "公開在文件裡",
)  # fmt: skip

JUDGEMENTS: Final = (
    "比想像中困難", "其實並不稀奇", "值得多花一個季度", "不再是少數人的事", "仍然缺一套共同的標準",
    "已經走到轉折點", "看起來很小，影響卻很久", "需要更多耐心", "不能只靠一次發表會", "最後還是回到人身上",
)  # fmt: skip

PLACES: Final = ("臺北", "新竹", "臺中", "高雄", "東京", "新加坡", "柏林", "西雅圖", "首爾", "花蓮")

MOMENTS: Final = ("上個月", "三年前", "今年春天", "會議的第二天", "產品上線前夕", "疫情之後", "凌晨兩點", "年度大會上")

#: Moulds of sentences; the names in braces are the slots that corpus.py fills.
SENTENCES: Final = (
    "{who}在{place}談到{thing}時說，這件事{judge}。",
    "{moment}，{org}決定把{thing}{verb}，過程{judge}。",
    "如果只看{thing}，很容易忽略{thing2}；兩者放在一起，才看得出{org}為什麼願意等{n}個月。",
    "數字很直接：{n}% 的團隊把{thing}{verb}，另外 {n2}% 還在觀望。",
    "{who}認為，{thing}{judge}，真正的瓶頸在{thing2}。",
    "這讓人想起{moment}的{org}，當時沒有人相信{thing}可以在 {n} 天內改善。",
    "問題不在{thing}，而在我們習慣把{thing2}當成別人的工作。",
    "從{place}回來的路上，{who}把筆記整理成 {n} 頁，第一頁只寫了一行：先把{thing}{verb}。",
    "「{thing}{judge}，」{who}停了一下，「但如果連{thing2}都說不清楚，談再多也沒有用。」",
    "{org}的做法是把{thing}{verb}（他們內部稱為 weekly drill），再把結果交給{who}覆核。",
    "有意思的是，{place}的幾家公司幾乎同時把{thing}{verb}，彼此卻沒有商量過。",
    "到目前為止，{thing}的成本降了 {n}%，{thing2}則多花了 {n2} 小時。",
    "對臺灣的讀者來說，{thing}{judge}，因為它牽動的是{thing2}。",
    "他們試過 {n} 種組合，最後留下來的，是最不起眼的那一種：把{thing}{verb}。",
)  # fmt: skip

#: Sentences with Markdown inside: emphasis, code, links.
MARKED_SENTENCES: Final = (
    "**{thing}**是{who}反覆提到的關鍵詞，他甚至說它*{judge}*。",
    "想自己試的人可以先執行 `make {cmd}`，再看[{org}的說明](https://example.org/{slug}/notes)。",
    "延伸閱讀：[{thing}與{thing2}](/posts/{slug}/)，以及{who}在 <https://example.net/{slug}> 的回應。",
    "{org}把設定放在 `config/{cmd}.toml`，**第 {n} 行**之後才是{thing}。",
)

HEADINGS: Final = (
    "{thing}：不只是更快", "從{thing}到{thing2}", "{org}做對了什麼", "為什麼{thing}{judge}", "{who}的三個提醒",
    "回到{place}的現場", "我的觀察：{thing}之後", "{thing}的帳要怎麼算",
)  # fmt: skip

TITLES: Final = (
    "{who}談{thing}：「{judge}」", "{org}為什麼要把{thing}{verb}", "從{place}看{thing}與{thing2}",
    "{thing}{judge}？{org}的 {n} 個月", "筆記：{thing}，以及沒有人提起的{thing2}",
)  # fmt: skip

CODE_SAMPLES: Final = (
    ("python", "def {cmd}(rows):\n    kept = [row for row in rows if row > {n}]\n    return sum(kept) / len(kept)\n"),
    ("bash", "git clone https://example.org/{slug}.git\ncd {slug} && make {cmd}  # 約 {n} 秒\n"),
    ("toml", '[{cmd}]\nlimit = {n}\nnote = "{thing}"\n'),
    ("json", '{{\n  "name": "{slug}",\n  "score": {n},\n  "ok": true\n}}\n'),
)

COMMANDS: Final = ("build", "check", "drill", "report", "sync", "trace")
