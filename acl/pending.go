package acl

import "strings"

// pendingFetches and pendingConvs are the names that HAProxy has and Weir does not do yet: they get an error that says
// so, and not one that takes them for typing mistakes. A name leaves this list when its row enters a table.
var (
	pendingFetches = wordSet(pendingFetchNames)
	pendingConvs   = wordSet(pendingConvNames)
)

func wordSet(text string) map[string]bool {
	set := map[string]bool{}
	for _, w := range strings.Fields(text) {
		set[w] = true
	}
	return set
}

const pendingFetchNames = `
accept_date acl bc.timer.connect bc_be_queue bc_dst bc_dst_port bc_err bc_err_name bc_err_str bc_glitches
bc_http_major bc_nb_streams bc_reused bc_rtt bc_rttvar bc_settings_streams_limit bc_src bc_src_port bc_srv_queue
be_connect_timeout be_max_retries be_queue_timeout be_server_timeout be_tarpit_timeout be_tunnel_timeout
bs.aborted bs.debug_str bs.id bs.rst_code bytes_in bytes_out cpu_calls cpu_ns_avg cpu_ns_tot cpu_usage_grp
cpu_usage_proc cpu_usage_thr cur_client_timeout cur_connect_timeout cur_max_retries cur_queue_timeout
cur_server_timeout cur_tarpit_timeout cur_tunnel_timeout
fc.timer.handshake fc.timer.total fc_err fc_err_name fc_err_str fc_fackets fc_glitches fc_http_major fc_lost
fc_nb_streams fc_pp_authority fc_pp_tlv fc_pp_unique_id fc_rcvd_proxy fc_reordering fc_retrans fc_rtt fc_rttvar
fc_sacked fc_saved_syn fc_settings_streams_limit fc_src_is_local fc_unacked fcgi.docroot fcgi.index
fe_client_timeout fe_defbe fe_tarpit_timeout fs.aborted fs.debug_str fs.id fs.rst_code
 internal.htx.data
internal.htx.free internal.htx.free_data internal.htx.has_eom internal.htx.nbblks internal.htx.size
internal.htx.used internal.htx_blk.data internal.htx_blk.hdrname internal.htx_blk.hdrval internal.htx_blk.size
internal.htx_blk.start_line internal.htx_blk.type internal.strm.is_htx last_entity last_rule_file last_rule_line
lat_ns_avg lat_ns_tot prio_class prio_offset quic_enabled
req.bytes_in req.bytes_out req.hdrs_bin

req.timer.hdr req.timer.idle
req.timer.queue req.timer.tq request_date res.bytes_in res.bytes_out
res.cache_hit res.cache_name res.comp res.comp_algo res.hdrs_bin
res.timer.data res.timer.hdr sc0_bytes_in_rate sc0_bytes_out_rate sc0_clr_gpc0 sc0_clr_gpc1 sc0_conn_cnt
sc0_conn_cur sc0_conn_rate sc0_get_gpc0 sc0_get_gpc1 sc0_get_gpt0 sc0_glitch_cnt sc0_glitch_rate sc0_gpc0_rate
sc0_gpc1_rate sc0_http_err_cnt sc0_http_err_rate sc0_http_fail_cnt sc0_http_fail_rate sc0_http_req_cnt
sc0_http_req_rate sc0_inc_gpc0 sc0_inc_gpc1 sc0_kbytes_in sc0_kbytes_out sc0_key sc0_sess_cnt sc0_sess_rate
sc0_tracked sc0_trackers sc1_bytes_in_rate sc1_bytes_out_rate sc1_clr_gpc sc1_clr_gpc0 sc1_clr_gpc1 sc1_conn_cnt
sc1_conn_cur sc1_conn_rate sc1_get_gpc0 sc1_get_gpc1 sc1_get_gpt0 sc1_glitch_cnt sc1_glitch_rate sc1_gpc0_rate
sc1_gpc1_rate sc1_http_err_cnt sc1_http_err_rate sc1_http_fail_cnt sc1_http_fail_rate sc1_http_req_cnt
sc1_http_req_rate sc1_inc_gpc0 sc1_inc_gpc1 sc1_kbytes_in sc1_kbytes_out sc1_key sc1_sess_cnt sc1_sess_rate
sc1_tracked sc1_trackers sc2_bytes_in_rate sc2_bytes_out_rate sc2_clr_gpc0 sc2_clr_gpc1 sc2_conn_cnt
sc2_conn_cur sc2_conn_rate sc2_get_gpc0 sc2_get_gpc1 sc2_get_gpt0 sc2_glitch_cnt sc2_glitch_rate sc2_gpc0_rate
sc2_gpc1_rate sc2_http_err_cnt sc2_http_err_rate sc2_http_fail_cnt sc2_http_fail_rate sc2_http_req_cnt
sc2_http_req_rate sc2_inc_gpc0 sc2_inc_gpc1 sc2_kbytes_in sc2_kbytes_out sc2_key sc2_sess_cnt sc2_sess_rate
sc2_tracked sc2_trackers sc_bytes_in_rate sc_bytes_out_rate sc_clr_gpc sc_clr_gpc0 sc_clr_gpc1 sc_conn_cnt
sc_conn_cur sc_conn_rate sc_get_gpc sc_get_gpc0 sc_get_gpc1 sc_get_gpt sc_get_gpt0 sc_glitch_cnt sc_glitch_rate
sc_gpc0_rate sc_gpc1_rate sc_gpc_rate sc_http_err_cnt sc_http_err_rate sc_http_fail_cnt sc_http_fail_rate
sc_http_req_cnt sc_http_req_rate sc_inc_gpc sc_inc_gpc0 sc_inc_gpc1 sc_kbytes_in sc_kbytes_out sc_key
sc_sess_cnt sc_sess_rate sc_tracked sc_trackers server_status spoe.engine-id src_bytes_in_rate
src_bytes_out_rate src_clr_gpc src_clr_gpc0 src_clr_gpc1 src_conn_cnt src_conn_cur src_conn_rate src_get_gpc
src_get_gpc0 src_get_gpc1 src_get_gpt src_get_gpt0 src_glitch_cnt src_glitch_rate src_gpc0_rate src_gpc1_rate
src_gpc_rate src_http_err_cnt src_http_err_rate src_http_fail_cnt src_http_fail_rate src_http_req_cnt
src_http_req_rate src_inc_gpc src_inc_gpc0 src_inc_gpc1 src_kbytes_in src_kbytes_out src_sess_cnt src_sess_rate
src_updt_conn_cnt ssl_bc_client_early_traffic_secret
ssl_bc_client_handshake_traffic_secret ssl_bc_client_random ssl_bc_client_traffic_secret_0
ssl_bc_early_exporter_secret  ssl_bc_exporter_secret ssl_bc_npn
 ssl_bc_server_handshake_traffic_secret ssl_bc_server_random ssl_bc_server_traffic_secret_0
ssl_bc_session_id ssl_bc_session_key

ssl_c_policies ssl_c_r_dn


 ssl_fc_client_early_traffic_secret
ssl_fc_client_handshake_traffic_secret ssl_fc_client_traffic_secret_0 ssl_fc_crtname
 ssl_fc_early_exporter_secret
 ssl_fc_exporter_secret
 ssl_fc_npn ssl_fc_server_handshake_traffic_secret
ssl_fc_server_random ssl_fc_server_traffic_secret_0 ssl_fc_session_key


 table_avl table_cnt term_events tgroup txn.conn_retries txn.id32 txn.redispatched
txn.sess_term_state txn.status txn.timer.total txn.timer.user unique-id uptime waiting_entity
`
const pendingConvNames = `
in_table ip.fp
table_bytes_in_rate table_bytes_out_rate table_clr_gpc table_clr_gpc0 table_clr_gpc1
table_conn_cnt table_conn_cur table_conn_rate table_expire table_glitch_cnt table_glitch_rate table_gpc
table_gpc0 table_gpc0_rate table_gpc1 table_gpc1_rate table_gpc_rate table_gpt table_gpt0 table_http_err_cnt
table_http_err_rate table_http_fail_cnt table_http_fail_rate table_http_req_cnt table_http_req_rate table_idle
table_inc_gpc table_inc_gpc0 table_inc_gpc1 table_kbytes_in table_kbytes_out table_server_id table_sess_cnt
table_sess_rate table_trackers
wt6
`
