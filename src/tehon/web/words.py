"""The interface in English and Japanese: one table, and which of the two a reader gets."""

from collections.abc import Callable
from typing import Literal

from starlette.requests import Request

Language = Literal["en", "ja"]
COOKIE = "tehon_language"

WORDS: dict[str, tuple[str, str]] = {
    "compare": ("Compare", "比べる"),
    "chat": ("Chat", "話す"),
    "live": ("Compare live", "その場で比べる"),
    "browse": ("Browse", "見る"),
    "other_language": ("日本語", "English"),
    "your_name": ("Your name", "お名前"),
    "name_hint": (
        "It stands beside every vote, and with the same name you go on where you stopped.",
        "投票に添えて記録します。同じ名前なら、続きから始められます。",
    ),
    "start": ("Start", "始める"),
    "compare_lead": (
        "Which of two answers to a prompt is better? Who wrote which stays hidden, and the sides change by chance.",
        "一つの質問に対する二つの答えのうち、良いほうを選びます。どのモデルの答えかは伏せ、左右は無作為に入れ替えます。",
    ),
    "how_many": ("{amount} comparisons.", "全部で{amount}件です。"),
    "prompt": ("Prompt", "質問"),
    "answer": ("Answer", "答え"),
    "empty": ("(empty)", "（空）"),
    "a": ("A is better", "Aが良い"),
    "b": ("B is better", "Bが良い"),
    "tie": ("Tie", "同じくらい"),
    "bad": ("Both bad", "どちらも悪い"),
    "reason": ("Why? (if you like)", "理由（任意）"),
    "keys": (
        "Keys: 1 or A, 2 or B, 3 or T, 4 or X; R for the reason, Esc to leave it; U takes the last one back.",
        "キー：1かA、2かB、3かT、4かX。Rで理由の欄へ、Escで戻ります。Uで直前の判定を取り消します。",
    ),
    "undo": ("Undo the last one", "直前の判定を取り消す"),
    "live_lead": (
        "You write a prompt, and base and tuned model both answer it. Who wrote which stays hidden.",
        "質問を書くと、調整前と調整後の両方のモデルが答えます。どちらの答えかは伏せます。",
    ),
    "judged_live": ("{amount} judged", "{amount}件判定しました"),
    "ask_both": ("Ask both", "両方に聞く"),
    "writing": ("Both are writing …", "答えを書いています…"),
    "browse_lead": (
        "What was made: reports and data as pages, and tunings with their curve, live while they run.",
        "できたものの一覧です。レポートとデータはページとして、学習は損失の推移とともに、実行中も見られます。",
    ),
    "report": ("Report", "レポート"),
    "release": ("Data", "データ"),
    "tuning": ("Tuning", "学習"),
    "waiting": ("Nothing was logged yet.", "まだ記録がありません。"),
    "running": ("It is running; this page follows.", "実行中です。この画面は自動で更新されます。"),
    "broken_off": (
        "It has stopped before its end; the same command goes on from its last checkpoint.",
        "途中で止まっています。同じコマンドで最後のチェックポイントから再開できます。",
    ),
    "complete": ("It has ended.", "終了しました。"),
    "step": ("step", "ステップ"),
    "examples": ("examples seen", "見た事例"),
    "loss": ("loss, nats a token", "損失（nat/トークン）"),
    "validation_loss": ("loss on held-back examples", "検証用の損失"),
    "learning_rate": ("learning rate", "学習率"),
    "samples": ("What it says by now", "現在の答え"),
    "after_step": ("after step {step}", "{step}ステップ後"),
    "cut_short": ("cut off", "途中で打ち切り"),
    "logged": ("logged last", "最後の記録"),
    "done": ("{judged} of {count}", "{count}件中{judged}件"),
    "finished": ("That was all. Thank you!", "以上です。ありがとうございました。"),
    "finished_lead": (
        "All {amount} of your judgements are kept. You can close this page.",
        "{amount}件の判定はすべて保存されました。このページは閉じてかまいません。",
    ),
    "somebody_else": ("Somebody else", "別の人が始める"),
    "voter": ("Voting as {name}", "{name}さんとして判定中"),
    "system": ("System prompt", "システムプロンプト"),
    "template": ("Template", "テンプレート"),
    "adapter": ("Adapter on", "アダプタを使う"),
    "temperature": ("Temperature", "温度"),
    "max_new_tokens": ("Longest answer in tokens", "答えの最大トークン数"),
    "repetition_penalty": ("Repetition penalty", "繰り返しペナルティ"),
    "seed": ("Seed", "シード"),
    "settings": ("Settings", "設定"),
    "message": ("Your message", "メッセージ"),
    "send": ("Send", "送る"),
    "stop": ("Stop", "止める"),
    "export": ("Save as JSON lines", "JSON Linesで保存"),
    "clear": ("New talk", "新しい会話"),
    "exact_prompt": ("Exact prompt", "実際のプロンプト"),
    "you": ("You", "あなた"),
    "base": ("base alone", "ベースのみ"),
    "adapted": ("with adapter", "アダプタあり"),
    "ended": ("ended by itself, {tokens} tokens", "自分で終了、{tokens}トークン"),
    "ended_stop": ("ended at a stop string, {tokens} tokens", "停止文字列で終了、{tokens}トークン"),
    "ended_length": ("cut off after {tokens} tokens", "{tokens}トークンで打ち切り"),
    "stopped": ("stopped", "中止しました"),
    "lost": ("The server did not answer.", "サーバーから応答がありません。"),
    "cut": ("the oldest {amount} tokens did not fit", "古い{amount}トークンは入りきりませんでした"),
    "too_many_answers": (
        "Too many answers at once: {amount} may be written at the same time. Try again in a moment.",
        "同時に書ける答えは{amount}件までです。少し待ってから、もう一度お試しください。",
    ),
    "refused": ("That did not work", "受け付けられませんでした"),
    "back": ("Back", "戻る"),
    "bad_request": ("The request is not one of this page's.", "この画面からの要求ではありません。"),
    "bad_name": (
        "The name must have 1 to {amount} characters on one line.",
        "名前は1行で、1文字以上{amount}文字以内にしてください。",
    ),
    "not_here": ("There is no such page.", "そのようなページはありません。"),
    "no_token": (
        "This server wants a token: open the whole address that it printed when it was started.",
        "このサーバーにはトークンが要ります。起動時に表示されたアドレスをそのまま開いてください。",
    ),
    "other_site": ("Another site sent this; it is not counted.", "別のサイトから送られたため、受け付けません。"),
    "wrong_host": (
        "Open this page as localhost: it is for this machine alone.",
        "localhost のアドレスで開いてください。この計算機だけに向けた画面です。",
    ),
    "too_fast": (
        "Too many requests: one client may send {amount} a second. Wait a moment and load the page again.",
        "要求が多すぎます。一つの接続元からは毎秒{amount}件までです。少し待ってから読み込み直してください。",
    ),
    "too_long": (
        "Too long: at most {amount} bytes may be sent.",
        "長すぎます。{amount}バイトまでです。",
    ),
    "too_slow": ("The request took too long to arrive.", "要求が届くのに時間がかかりすぎました。"),
    "broken": (
        "The server could not keep this; what went wrong stands in its terminal.",
        "サーバーで保存できませんでした。原因は起動した端末に表示されています。",
    ),
}
"""Name -> the same in English and in Japanese; braces hold what is filled in."""


def language_of(request: Request) -> Language:
    """What the reader chose, else what the browser prefers, else English."""
    chosen = request.query_params.get("language") or request.cookies.get(COOKIE)
    if chosen in {"en", "ja"}:
        return "ja" if chosen == "ja" else "en"
    for accepted in request.headers.get("accept-language", "").split(","):
        code = accepted.strip()[:2].lower()
        if code in {"en", "ja"}:
            return "ja" if code == "ja" else "en"
    return "en"


def teller(language: Language) -> Callable[..., str]:
    """Says words of the table in one language."""
    place = 0 if language == "en" else 1

    def say(word: str, **filled: object) -> str:
        return WORDS[word][place].format(**filled)

    return say
