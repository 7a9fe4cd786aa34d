"""Table in, Plotly figure out: no Streamlit, no query, no answer computed."""
