"""What people see. The only room that knows Streamlit and Plotly; it asks `pipelines.answers` and draws."""
