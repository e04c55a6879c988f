from pathlib import Path

import pytest

from tests.unit.content.site_maker import render_body


@pytest.mark.parametrize(
    ("call", "url"),
    [
        ("youtube KUNSNmr-1Bo", "https://www.youtube.com/watch?v=KUNSNmr-1Bo"),
        ('youtube-lite id="KUNSNmr-1Bo" start=30', "https://www.youtube.com/watch?v=KUNSNmr-1Bo&amp;t=30s"),
        ('spotify "episode/3diE"', "https://open.spotify.com/episode/3diE"),
        ("spotify type=track id=3diE", "https://open.spotify.com/track/3diE"),
        ("spotify track 3diE", "https://open.spotify.com/track/3diE"),
        ('spotify "spotify:album:3diE"', "https://open.spotify.com/album/3diE"),
        ('spotify "https://open.spotify.com/show/3diE"', "https://open.spotify.com/show/3diE"),
        ('apple-podcast "tw/podcast/x/id1?i=2"', "https://podcasts.apple.com/tw/podcast/x/id1?i=2"),
        (
            'apple-podcast src="https://embed.podcasts.apple.com/tw/podcast/x/id1?i=2"',
            "https://podcasts.apple.com/tw/podcast/x/id1?i=2",
        ),
        ("vimeo 146022717", "https://vimeo.com/146022717"),
        ("bilibili BV1xx p=2", None),
        ("bilibili BV1xx 2", "https://www.bilibili.com/video/BV1xx?p=2"),
        ('x user="SanDiegoZoo" id="1453110110599868418"', "https://x.com/SanDiegoZoo/status/1453110110599868418"),
        ("x-post sama 145311", "https://x.com/sama/status/145311"),
        ("tweet 145311", "https://x.com/i/status/145311"),
        ("instagram CxOWiQNP2MO", "https://www.instagram.com/p/CxOWiQNP2MO/"),
        (
            "gist jmooring 23932424365401ffa5e9d9810102a477",
            "https://gist.github.com/jmooring/23932424365401ffa5e9d9810102a477",
        ),
        ('iframe "https://player.vimeo.com/video/1"', "https://vimeo.com/1"),
        ('video src="/v.mp4"', "https://example.tw/blog/v.mp4"),
        ('music "/m.mp3"', "https://example.tw/blog/m.mp3"),
    ],
)
def test_media_become_links_to_where_they_can_be_seen(tmp_path: Path, call: str, url: str | None) -> None:
    rendered = render_body(tmp_path, f"{{{{< {call} >}}}}\n")

    if url is None:
        assert [problem.rule for problem in rendered.problems] == ["shortcode-syntax"]
    else:
        assert f'<a href="{url}">' in rendered.html
        assert not rendered.problems
    assert rendered.text == ""


@pytest.mark.parametrize(
    ("call", "html"),
    [
        (
            '{{< figure src="/i.png" alt="圖" caption="**說明**" >}}',
            "<figcaption><p><strong>說明</strong></p></figcaption>",
        ),
        ('{{< img src="/i.png" >}}', '<img src="https://example.tw/blog/i.png" alt="">'),
        ("{{< highlight go >}}\nx < 1\n{{< /highlight >}}", '<code class="language-go">x &lt; 1\n</code>'),
        ('{{< param "title" >}}', "甲"),
        (
            '{{< details summary="更多" >}}**內**{{< /details >}}',
            "<p><strong>更多</strong></p>\n<p><strong>內</strong></p>",
        ),
        ("{{% admonition tip %}}\n- 項\n{{% /admonition %}}", "<p><strong>tip</strong></p>\n<ul>\n<li>項</li>\n</ul>"),
        ('{{< qr text="https://a.tw/" />}}', '<a href="https://a.tw/">https://a.tw/</a>'),
        ("{{< tabs >}}{{< tab name=甲 >}}內{{< /tab >}}{{< /tabs >}}", "<p><strong>甲</strong></p>\n<p>內</p>"),
        ("{{< mermaid >}}\nA-->B\n{{< /mermaid >}}", "<pre><code>A--&gt;B\n</code></pre>"),
        ("{{< rawhtml >}}<u>底</u><script>x</script>{{< /rawhtml >}}", "<u>底</u>"),
        ('{{< quote author="某人" >}}話{{< /quote >}}', "<blockquote>\n<p>話</p>\n<p>— 某人</p>\n</blockquote>"),
        ('[連結]({{< ref "b.md#頭" >}})', '<a href="https://example.tw/blog/posts/b/#%E9%A0%AD">連結</a>'),
        ('{{% relref "/posts/b" %}}', "https://example.tw/blog/posts/b/"),
        ("[x](b.md)", '<a href="https://example.tw/blog/posts/b/">x</a>'),
        ("`{{< param title >}}`", "<code>甲</code>"),
        ("{{</* param title */>}}", "{{&lt; param title &gt;}}"),
        ("甲{{< comment >}}乙{{< /comment >}}丙", "<p>甲丙</p>"),
    ],
)
def test_other_shortcodes_become_plain_html(tmp_path: Path, call: str, html: str) -> None:
    rendered = render_body(tmp_path, call, files={"content/posts/b.md": "---\ntitle: 乙\n---\n"})

    assert html in rendered.html
    assert not rendered.problems


def test_an_unknown_shortcode_becomes_a_link_to_the_post_and_a_warning(tmp_path: Path) -> None:
    rendered = render_body(tmp_path, "前文\n\n{{< nobody-knows x >}}\n")

    assert "嵌入內容：請見原文" in rendered.html
    assert '<a href="https://example.tw/blog/posts/a/">' in rendered.html
    assert [(str(problem.at), problem.rule) for problem in rendered.problems] == [
        ("content/posts/a.md:7:1", "unknown-shortcode")
    ]


def test_what_stands_inside_an_unknown_shortcode_is_kept(tmp_path: Path) -> None:
    rendered = render_body(tmp_path, "{{< nobody-knows >}}**內** {{< youtube abcdefg >}}{{< /nobody-knows >}}")

    assert "<strong>內</strong>" in rendered.html
    assert "watch?v=abcdefg" in rendered.html


@pytest.mark.parametrize(
    "call", ['{{< ref "nowhere" >}}', "{{< param nothing >}}", "{{< youtube >}}", "{{< a 'x' >}}", "{{< a"]
)
def test_a_wrong_call_is_an_error_at_its_place_and_never_text(tmp_path: Path, call: str) -> None:
    rendered = render_body(tmp_path, f"前\n{call}\n")

    assert [(problem.severity, problem.at and problem.at.line) for problem in rendered.problems] == [("error", 6)]
    assert "{{" not in rendered.html + rendered.text


def test_the_sites_own_template_comes_first_and_the_one_for_the_target_before_it(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "feeds/shortcodes/youtube.html.j2": "<p>自己的 {{ sc.get(0) }}</p>",
        "feeds/shortcodes/youtube.email.html.j2": "<p>信裡的</p>",
    }

    assert "自己的 abcdefg" in render_body(tmp_path, "{{< youtube abcdefg >}}", files=files).html
    assert "信裡的" in render_body(tmp_path, "{{< youtube abcdefg >}}", "email", files=files).html


def test_a_hugo_template_of_the_site_is_read_and_its_frame_becomes_a_link(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {
        "layouts/shortcodes/podbean.html": '{{ $id := .Get "id" | default (.Get 0) }}{{ with $id }}<div>'
        '<iframe src="https://www.podbean.com/player-v2/?i={{ . }}" title="{{ $.Page.Title }}"></iframe></div>{{ end }}'
    }
    rendered = render_body(tmp_path, '{{< podbean id="ep-1" >}}', files=files)

    assert '<a href="https://www.podbean.com/player-v2/?i=ep-1">甲<br>↗ 在 podbean.com 開啟</a>' in rendered.html
    assert not rendered.problems


def test_a_hugo_template_that_is_not_understood_gives_way_to_ours(tmp_path: Path) -> None:
    files: dict[str, str | bytes] = {"layouts/_shortcodes/youtube.html": '{{ partial "x.html" . }}'}

    assert "watch?v=abcdefg" in render_body(tmp_path, "{{< youtube abcdefg >}}", files=files).html


def test_shortcodes_nested_without_end_end(tmp_path: Path) -> None:
    body = "{{< tab >}}" * 300 + "x" + "{{< /tab >}}" * 300

    assert "{{" not in render_body(tmp_path, body).html
