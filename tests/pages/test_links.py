"""Links that people have kept: each restores every setting that it names, and stays as it is."""

import json
from urllib.parse import parse_qsl

import pytest

from cnnviz.pages import FORMER_URLS

KINDS = (
    "slider", "number_input", "text_area", "text_input", "toggle", "selectbox", "select_slider",
    "button_group", "checkbox", "radio", "multiselect",
)  # fmt: skip
# For what no widget holds: the component that is sent it, the name under which, and what is sent.
LINKS = (
    ("filters?f_kernel=gaussian&f_sigma=2.5&f_size=11&f_colour=colour&f_border=zero&f_view=relu",),
    ("filters?f_part=magnitude&f_in_one=true&picture=coins", ("compare", "alt", "coins before")),
    ("filters?f_kernel=custom&f_weights=1/2 -1/2;0 1&f_flip=true",),
    ("filters?f_tab=Noise&f_noise=gaussian&f_noise_colour=colour",),
    ("step?s_source=picture&s_row=12&s_col=34&s_size=20&s_colour=rgb&s_kernel=sobel-x&s_cell=3,4",
     ("stepper", "start", [3, 4])),
    ("step?s_source=numbers&s_image=1 2 3\n4 5 6\n7 8 9&s_weights=1 0\n0 1&s_bias=-2.5&s_cell=1,0",
     ("stepper", "start", [1, 0])),
    ("step?s_preset=s4-7x7-example&s_stride=2&s_padding=full&s_mode=reflect&s_dilation=2&s_cell=0,1",
     ("stepper", "start", [0, 1])),
    ("tour?to_search=toeplitz",),
    ("pixels?px_source=digit&px_digit=17&px_unit=255&px_look=numbers&px_dx=-1&px_paint=255:0-3,9",
     ("paint", "strokes", "255:0-3,9")),
    ("flip?fl_flip=false&fl_even=true&fl_f=ramp&fl_k=1 2\n3 4&fl_at=0.5,-0.5,1.2,0.7",
     ("sliding", "start", [0.5, -0.5, 1.2, 0.7])),
    ("sensor?se_s=1 2 3 4&se_w=1/2 1/2&se_noise=2.0&se_seed=3",),
    ("matrix?mx_f=1 2 3&mx_h=1 1&mx_s=2&mx_side=28&mx_out=4",),
    ("frequency?fq_source=picture&fq_kernel=box&fq_side=9",),
    ("sharing?sh_n=6&sh_k=2&sh_w=shared&sh_w_shared=2 -0.5&sh_world=place",
     ("neurons", "stage", "shared"), ("neurons", "weights", {"shared": [2, -0.5]})),
    ("windows?wi_rows=9&wi_kh=2&wi_sv=3&wi_pad=apart&wi_m=2",),
    ("volumes?vo_view=columns&vo_layer=mix&vo_k=3",),
    ("field?fi_stack=c3s2 c3s2&fi_side=20&fi_row=2&fi_col=0&picture=coffee",),
    ("pooling?po_rule=holder&po_p=inf&po_k=3&po_s=1&po_change=scale",),
    ("activation?re_f=gelu&re_map=map&re_logits=2 1 0",),
    ("equivariance?eq_example=s3-pool-invariance&eq_s=2&eq_edges=circular&eq_at=-1,40",
     ("drag", "shift", [-1, 32])),
    ("upwards?up_view=matrix&up_example=s1-transposed-spreadsheet&up_p=1&up_ck=4",),
    ("backwards?bw_op=max&bw_x_max=1 2\n3 4",),
    ("learn?le_target=filter&le_filter=sobel-y&le_rate=0.05&le_steps=40&le_step=12",
     ("descent", "start", 12)),
    ("train?t_run=digits-gap&t_data=mnist&t_net=vgg&t_optimiser=adamw&t_rate=0.01&t_flip=true",
     ("live", "run", "digits-gap")),
    ("train?t_length=own&t_epochs=2.5&t_held=held&t_pace=30&t_seed=4&t_step=64@digits-gap",
     ("live", "run", "digits-gap")),
    ("race?r_preset=depth&r_length=thorough&r_mode=turns&r_seed=3&r_runs=digits-gap",
     ("live", "runs", ["digits-gap"])),
    ("inside?i_run=digits-gap&i_class=3&i_label=7&i_sample=2&i_layer=conv2&i_step=16&size=large",),
    ("inside?i_tab=Learned filters&i_conv=conv2&i_all=true",),
    ("inside?i_source=own&i_invert=true&picture=cat",),
)  # fmt: skip


def in_words(value):
    """A widget's value as an address has it."""
    if isinstance(value, bool):
        return str(value).lower()
    return ",".join(value) if isinstance(value, list) else str(value)


@pytest.mark.parametrize(("link", "sent"), [(link, sent) for link, *sent in LINKS])
def test_a_link_restores_what_it_names(visit, link, sent):
    url, _, query = link.partition("?")
    query = dict(parse_qsl(query))
    app = visit(FORMER_URLS.get(url, url), **query)
    settings = {
        one.key.removeprefix("_"): in_words(one.value)
        for kind in KINDS for one in app.get(kind) if one.key
    }  # fmt: skip
    named = {name: text for name, text in query.items() if name in settings}
    assert named == {name: settings[name] for name in named}
    assert {name: "".join(app.query_params[name]) for name in query} == query
    for component, name, value in sent:
        (data,) = {
            element.proto.json
            for element in app.get("bidi_component")
            if element.proto.component_name == f"cnnviz_{component}"
        }
        there = json.loads(data)[name]
        if isinstance(value, str):
            assert value in there
        elif isinstance(value, dict):
            assert value.items() <= there.items()
        else:
            assert there == value
