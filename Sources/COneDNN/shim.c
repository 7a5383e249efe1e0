int sf_onednn_placeholder;
