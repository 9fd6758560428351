"""A bare Streamlit page with the elements of ours: what axe-core finds there is Streamlit's own."""

import pandas as pd
import streamlit as st

CHART = {"data": {"values": [{"a": 1}]}, "mark": "point", "encoding": {"x": {"field": "a", "type": "quantitative"}}}


def page() -> None:
    st.title("title")
    st.selectbox("choice", ["one", "two"])
    st.subheader("heading")
    st.caption("small print")
    st.info("information")
    st.html("<h4>tile</h4><p>words</p>")
    with st.popover("more"):
        st.write("words")
    st.vega_lite_chart(spec=CHART)
    st.dataframe(pd.DataFrame({"a": [1]}), on_select="rerun", selection_mode="single-cell", key="table")
    with st.expander("closed"):
        st.markdown("words")
    st.tabs(["first", "second"])
    st.toggle("switch")
    st.multiselect("several", ["one"])
    st.button("button")
    with st.form("form"):
        st.file_uploader("file")
        st.text_input("text")
        st.form_submit_button("go", type="primary")


st.navigation(
    [st.Page(page, title="page"), st.Page(lambda: None, title="other", url_path="other")], position="top"
).run()
