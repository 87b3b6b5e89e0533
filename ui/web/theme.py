"""Calm and legible, from fonts the machine has: nothing is fetched from anywhere."""

import gradio as gr

_TEAL = gr.themes.Color(
    c50="#eef7f5", c100="#d6ece8", c200="#b0dad3", c300="#82c3b9", c400="#46b8a9", c500="#1b8a7f", c600="#0d6e66", c700="#0b5a54",
    c800="#0a4743", c900="#083734", c950="#042220", name="rapport",
)  # fmt: skip
_INK = gr.themes.Color(
    c50="#f6f8f8", c100="#eef1f2", c200="#dfe4e8", c300="#c7cfd6", c400="#8d99a3", c500="#5b6876", c600="#46525f", c700="#2c3740",
    c800="#1c252d", c900="#141b21", c950="#0e1419", name="ink",
)  # fmt: skip
_TEXT = ("system-ui", "-apple-system", "Segoe UI", "Roboto", "PingFang SC", "Microsoft YaHei", "Noto Sans CJK SC", "sans-serif")
_CODE = ("ui-monospace", "SFMono-Regular", "Menlo", "Consolas", "monospace")

THEME = gr.themes.Base(
    primary_hue=_TEAL, secondary_hue=_TEAL, neutral_hue=_INK, font=list(_TEXT), font_mono=list(_CODE),
    radius_size=gr.themes.sizes.radius_lg, text_size=gr.themes.sizes.text_md,
).set(
    body_background_fill="*neutral_50", body_background_fill_dark="*neutral_950", background_fill_primary="white",
    background_fill_primary_dark="*neutral_900", background_fill_secondary="*neutral_50", background_fill_secondary_dark="*neutral_950",
    border_color_primary="*neutral_200", border_color_primary_dark="*neutral_700", body_text_color="*neutral_800",
    body_text_color_dark="*neutral_100", body_text_color_subdued="*neutral_500", body_text_color_subdued_dark="*neutral_400",
    button_primary_background_fill="*primary_600", button_primary_background_fill_hover="*primary_700", button_primary_text_color="white",
    button_primary_background_fill_dark="*primary_400", button_primary_background_fill_hover_dark="*primary_300",
    button_primary_text_color_dark="*primary_950", button_secondary_background_fill="white",
    button_secondary_background_fill_hover="*neutral_100", button_secondary_background_fill_dark="*neutral_800",
    button_secondary_border_color="*neutral_300", button_secondary_border_color_dark="*neutral_700", button_border_width="1px",
    block_border_width="0px", block_shadow="none", input_background_fill="white", input_background_fill_dark="*neutral_900",
    block_background_fill="transparent", block_background_fill_dark="transparent",
)  # fmt: skip
